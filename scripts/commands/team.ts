import { z } from "zod";
import { defineCommand } from "../command.ts";
import { requireParts } from "../connection.ts";
import { inTransaction, withClient } from "../postgres/client.ts";

const params = z.object({
  name: z.string().min(1).max(64).describe("of the team and of its organization"),
});

export interface TeamResult {
  /** `team_id` of its events. */
  readonly team: number;
  readonly apiToken: string;
  /** False: there was one of this name. */
  readonly created: boolean;
}

/**
 * The application makes teams; this stands in for it where there is none. Its work is found again by
 * the team's name: the second run gives the first one's team.
 */
export default defineCommand({
  name: "team",
  summary: "Make a team in PostgreSQL: without one its events are quarantined after a recovery",
  params,
  async run(connection, { name }): Promise<TeamResult> {
    const { postgres } = requireParts(connection, ["postgres"]);
    return withClient(postgres.url, (client) =>
      inTransaction(client, async () => {
        // Two callers at once would each find none.
        await client.query("SELECT pg_advisory_xact_lock(hashtext('recover team'))");
        const found = await client.query<{ team: number; token: string }>(
          "SELECT id AS team, api_token AS token FROM posthog_team WHERE name = $1 ORDER BY id",
          [name],
        );
        const [there] = found.rows;
        if (there !== undefined) {
          return { team: there.team, apiToken: there.token, created: false };
        }
        const { rows } = await client.query<{ team: number; token: string }>(
          `WITH organization AS (INSERT INTO posthog_organization (name) VALUES ($1) RETURNING id)
           INSERT INTO posthog_team (organization_id, api_token, name)
           SELECT id, 'phc_' || replace(gen_random_uuid()::text, '-', ''), $1 FROM organization
           RETURNING id AS team, api_token AS token`,
          [name],
        );
        const [made] = rows;
        if (made === undefined) throw new Error("PostgreSQL made a team and gave no id");
        return { team: made.team, apiToken: made.token, created: true };
      }),
    );
  },
});
