import { z } from "zod";
import { detachIngest } from "../clickhouse/attach.ts";
import { noteWanted } from "../clickhouse/wanted.ts";
import { withClickHouse } from "../clickhouse/client.ts";
import { defineCommand } from "../command.ts";
import { requireParts } from "../connection.ts";
import { adminLogin } from "../kafka/client.ts";

export interface DetachResult {
  /** From the request until the group was empty. */
  readonly seconds: number;
}

export default defineCommand({
  name: "detach",
  summary: "Stops ClickHouse's consumer and waits until its group is empty",
  params: z.object({}),
  async run(connection, _params, reporter): Promise<DetachResult> {
    const { clickhouse, kafka } = requireParts(connection, ["clickhouse", "kafka"]);
    // Before: else it could be started again in between.
    await noteWanted(connection, "detached", reporter);
    // ClickHouse's own login may have been taken away: stopping works all the same.
    const seconds = await withClickHouse(clickhouse, (server) =>
      detachIngest(server, kafka, adminLogin(kafka)),
    );
    reporter.progress(`nothing consumes any more, the group is empty (${seconds.toFixed(1)} s)`);
    return { seconds };
  },
});
