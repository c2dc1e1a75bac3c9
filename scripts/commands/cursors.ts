import { z } from "zod";
import { setCursors } from "../clickhouse/attach.ts";
import type { CursorsResult } from "../clickhouse/attach.ts";
import { withClickHouse } from "../clickhouse/client.ts";
import { highestPresent } from "../clickhouse/present.ts";
import { defineCommand, UserError } from "../command.ts";
import { requireParts } from "../connection.ts";
import { assertEpoch } from "../fence/epoch.ts";
import { adminLogin } from "../kafka/client.ts";
import { topicState } from "../kafka/topics.ts";

const params = z.object({
  mode: z
    .enum(["present", "beginning"])
    .default("present")
    .describe(
      "present: behind what is stored, after filling what is missing below; beginning: a new cluster",
    ),
});

export default defineCommand({
  name: "cursors",
  summary: "Fills what is missing and sets where ClickHouse's consumer group resumes, read back",
  params,
  async run(connection, { mode }, reporter): Promise<CursorsResult> {
    const { clickhouse, kafka, line, vault } = requireParts(connection, ["clickhouse", "kafka"]);
    await assertEpoch(connection);
    return withClickHouse(clickhouse, async (server) => {
      if (mode === "beginning") {
        const { clusterId, topicId } = await topicState(kafka);
        const present = await highestPresent(server, { clusterId, topicId });
        if (present.size > 0) {
          throw new UserError(
            `ClickHouse holds events of cluster ${clusterId} already (up to offset ` +
              `${Math.max(...present.values())}), so consuming it from the beginning would deliver them again. ` +
              'Nothing was changed. Use mode "present".',
          );
        }
      }
      const { settled: _settled, ...result } = await setCursors(
        {
          clickhouse: server,
          kafka,
          line,
          // ClickHouse's own login may nothing yet: `attach` lets it in.
          login: adminLogin(kafka),
          reporter,
          ...(vault && { vault }),
        },
        { afterRestore: true },
      );
      return result;
    });
  },
});
