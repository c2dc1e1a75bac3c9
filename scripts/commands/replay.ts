import { z } from "zod";
import { withClickHouse } from "../clickhouse/client.ts";
import { replay } from "../clickhouse/replay.ts";
import { replaySources } from "../clickhouse/replay-sources.ts";
import type { ReplayResult } from "../clickhouse/replay.ts";
import { defineCommand } from "../command.ts";
import { requireParts } from "../connection.ts";
import { readsUntil, sourceLine } from "../fence/rehearsal.ts";
import { picked as pickedLedger } from "../ledger/picked.ts";

const params = z.object({
  sources: z
    .array(
      z.object({
        clusterId: z.string().min(1),
        topicId: z.string().min(1),
        cuts: z
          .array(z.object({ partition: z.int().nonnegative(), offset: z.int().nonnegative() }))
          .default([]),
      }),
    )
    .optional()
    .describe(
      "JSON: clusters to replay, each with the first offset per partition that may be missing; " +
        "default: all of this line's archive, from the cuts of `picked` on",
    ),
  line: sourceLine,
  picked: pickedLedger.optional().describe("JSON: result of pick-ledger"),
  kafkaHasTheRest: z
    .boolean()
    .default(false)
    .describe("nothing to do when there is a backup: what it lacks is consumed from Kafka"),
});

const nothing: ReplayResult = {
  rowsInserted: 0,
  objects: 0,
  bytes: 0,
  deadLettered: 0,
  quarantined: 0,
  collapsed: 0,
  seconds: 0,
};

export default defineCommand({
  name: "replay",
  summary: "Inserts what the archive has and ClickHouse lacks, straight from S3",
  params,
  async run(connection, options, reporter): Promise<ReplayResult> {
    const { sources, picked, kafkaHasTheRest, line = connection.line } = options;
    const { clickhouse, vault } = requireParts(connection, ["clickhouse", "vault"]);
    if (kafkaHasTheRest && picked?.ledger != null) return nothing;
    const until = await readsUntil(connection, line);
    const chosen =
      sources?.map(({ clusterId, topicId, cuts }) => ({
        clusterId,
        topicId,
        cuts: new Map(cuts.map(({ partition, offset }) => [partition, offset])),
      })) ?? (await replaySources(vault, line, picked?.cuts ?? []));
    const from = { vault, line, ...(until === undefined ? {} : { until }) };
    return withClickHouse(clickhouse, (server) => replay(server, from, chosen, reporter));
  },
});
