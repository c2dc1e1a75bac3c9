import { z } from "zod";
import { keepIngest } from "../clickhouse/keep.ts";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "keep-ingest",
  summary:
    "Starts ingest again that a restart of ClickHouse has ended, where it is wanted (daemon)",
  daemon: true,
  params: z.object({
    everySeconds: z.number().positive().default(5).describe("time between two looks"),
  }),
  run: (connection, { everySeconds }, context): Promise<void> =>
    keepIngest(connection, everySeconds, context),
});
