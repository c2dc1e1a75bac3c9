import { z } from "zod";
import { runArchiver } from "../archive/archiver.ts";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "archive",
  summary: "Stream the events topic to the archive bucket (daemon)",
  daemon: true,
  params: z.object({
    flushSeconds: z
      .number()
      .positive()
      .default(5)
      .describe("seconds that an event waits for its object at most"),
    maxObjectRecords: z.int().positive().default(50_000).describe("events that fill an object"),
    maxObjectBytes: z
      .int()
      .positive()
      .default(2 << 20)
      .describe("bytes before compression that fill an object"),
    maxBufferedBytes: z
      .int()
      .positive()
      .default(16 << 20)
      .describe("bytes of waiting events above which consumption pauses"),
    statusSeconds: z.number().positive().default(5).describe("seconds between status reports"),
    sessionTimeoutSeconds: z
      .number()
      .min(6)
      .default(30)
      .describe("seconds after which Kafka takes the partitions from a silent archiver"),
  }),
  run: (connection, params, context) => runArchiver(connection, params, context),
});
