import { z } from "zod";
import { attachIngest, detachIngest } from "../clickhouse/attach.ts";
import type { AttachResult } from "../clickhouse/attach.ts";
import { withClickHouse } from "../clickhouse/client.ts";
import { defineCommand } from "../command.ts";
import { requireParts } from "../connection.ts";
import { assertEpoch } from "../fence/epoch.ts";
import { noteWanted } from "../clickhouse/wanted.ts";
import { grantConsumer } from "../kafka/acls.ts";

export default defineCommand({
  name: "attach",
  summary: "Starts ClickHouse's consumer exactly behind what is stored; refused without the epoch",
  params: z.object({
    again: z
      .boolean()
      .default(false)
      .describe(
        "stop consuming first: what a broker that was restarted delivered twice is then put right",
      ),
  }),
  async run(connection, { again }, reporter): Promise<AttachResult> {
    const { clickhouse, kafka, line, vault } = requireParts(connection, ["clickhouse", "kafka"]);
    await assertEpoch(connection);
    await noteWanted(connection, "attached", reporter);
    // Only now: a grant given before the fence would let a second consumer in.
    if (kafka.consumer !== undefined) await grantConsumer(kafka, kafka.consumer.name);
    return withClickHouse(clickhouse, async (server) => {
      if (again) await detachIngest(server, kafka);
      return attachIngest({ clickhouse: server, kafka, line, reporter, ...(vault && { vault }) });
    });
  },
});
