import { z } from "zod";
import { attachIngest } from "../clickhouse/attach.ts";
import type { AttachResult } from "../clickhouse/attach.ts";
import { withClickHouse } from "../clickhouse/client.ts";
import { defineCommand } from "../command.ts";
import { requireParts } from "../connection.ts";
import { assertEpoch } from "../fence/epoch.ts";
import { grantConsumer } from "../kafka/acls.ts";

export default defineCommand({
  name: "attach",
  summary: "Starts ClickHouse's consumer exactly behind what is stored; refused without the epoch",
  params: z.object({}),
  async run(connection, _params, reporter): Promise<AttachResult> {
    const { clickhouse, kafka, line, vault } = requireParts(connection, ["clickhouse", "kafka"]);
    await assertEpoch(connection);
    // Only now: a grant given before the fence would let a second consumer in.
    if (kafka.consumer !== undefined) await grantConsumer(kafka, kafka.consumer.name);
    return withClickHouse(clickhouse, (server) =>
      attachIngest({ clickhouse: server, kafka, line, reporter, ...(vault && { vault }) }),
    );
  },
});
