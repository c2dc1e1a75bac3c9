import { z } from "zod";
import { withClickHouse } from "../clickhouse/client.ts";
import { replay } from "../clickhouse/replay.ts";
import type { ReplayResult } from "../clickhouse/replay.ts";
import { defineCommand } from "../command.ts";
import { requireParts } from "../connection.ts";

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
    .describe(
      "JSON: clusters to replay, each with the first offset per partition that may be missing",
    ),
});

export default defineCommand({
  name: "replay",
  summary: "Inserts what the archive has and ClickHouse lacks, straight from S3",
  params,
  async run(connection, { sources }, reporter): Promise<ReplayResult> {
    const { clickhouse, vault, line } = requireParts(connection, ["clickhouse", "vault"]);
    return withClickHouse(clickhouse, (server) =>
      replay(
        server,
        vault,
        line,
        sources.map(({ clusterId, topicId, cuts }) => ({
          clusterId,
          topicId,
          cuts: new Map(cuts.map(({ partition, offset }) => [partition, offset])),
        })),
        reporter,
      ),
    );
  },
});
