import { z } from "zod";
import { attachIngest, detachIngest } from "../clickhouse/attach.ts";
import { withClickHouse } from "../clickhouse/client.ts";
import { ingestState } from "../clickhouse/ingest.ts";
import {
  closeQuarantine,
  openQuarantine,
  quarantined,
  quarantineOrphans,
  releaseTeam,
} from "../clickhouse/quarantine.ts";
import type { QuarantinedTeam } from "../clickhouse/quarantine.ts";
import { defineCommand, UserError } from "../command.ts";
import { requireParts } from "../connection.ts";
import { assertEpoch } from "../fence/epoch.ts";
import { topicState } from "../kafka/topics.ts";

const params = z.object({
  action: z
    .enum(["list", "release", "open", "close", "orphans"])
    .default("list")
    .describe(
      "list; release: let a team's events in; open: quarantine every team that is not known; close: " +
        "only those below the floor; orphans: move stored events of lost teams there",
    ),
  team: z.int().positive().optional().describe("release: the team's id"),
  teams: z
    .array(z.int())
    .default([])
    .describe("open, close: ids of the teams PostgreSQL has, as JSON"),
  floor: z
    .int()
    .nonnegative()
    .optional()
    .describe("close: the first team id that was never given out"),
});

export interface QuarantineResult {
  readonly teams: readonly QuarantinedTeam[];
  /** Events moved by this run, out of quarantine or into it. */
  readonly moved: number;
}

export default defineCommand({
  name: "quarantine",
  summary: "Shows and releases events of teams that PostgreSQL does not have",
  params,
  async run(connection, { action, team, teams, floor }, reporter): Promise<QuarantineResult> {
    const { clickhouse, line, vault } = requireParts(connection, ["clickhouse"]);
    return withClickHouse(clickhouse, async (server) => {
      let moved = 0;
      if (action === "open") await openQuarantine(server, teams);
      if (action === "close") {
        if (floor === undefined) {
          throw new UserError(
            "quarantine close needs --floor, the first team id that was never given out (the next " +
              "value of PostgreSQL's sequence). Nothing was changed.",
          );
        }
        await closeQuarantine(server, teams, floor);
      }
      if (action === "orphans") moved = await quarantineOrphans(server, reporter);
      if (action === "release") {
        if (team === undefined) {
          throw new UserError(
            "quarantine release needs --team, the id of a team that PostgreSQL has. Nothing was " +
              "changed. `quarantine list` shows the teams.",
          );
        }
        // Sums change for offsets of a segment that is being written: consuming stops meanwhile.
        const { kafka } = connection;
        const running =
          kafka !== undefined &&
          (await ingestState(server, kafka, await topicState(kafka))) === "running";
        if (running) {
          await assertEpoch(connection);
          await detachIngest(server, kafka);
        }
        moved = await releaseTeam(server, team);
        if (running) {
          await attachIngest({
            clickhouse: server,
            kafka,
            line,
            reporter,
            ...(vault && { vault }),
          });
        }
      }
      return { teams: await quarantined(server), moved };
    });
  },
});
