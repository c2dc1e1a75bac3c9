import { inTransaction, withClient } from "./client.ts";

/**
 * PostHog's tables that events refer to, small, with PostHog's names and types
 * (posthog/models: organization, team, person). Ids of teams and persons are given out by sequences:
 * a restored server must never give one out twice (see settle.ts).
 */
const statements = [
  `CREATE TABLE IF NOT EXISTS posthog_organization (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name varchar(64) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE TABLE IF NOT EXISTS posthog_team (
    id serial PRIMARY KEY,
    uuid uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL REFERENCES posthog_organization (id),
    api_token varchar(200) NOT NULL UNIQUE,
    name varchar(200) NOT NULL DEFAULT 'Default project',
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE TABLE IF NOT EXISTS posthog_person (
    id bigserial PRIMARY KEY,
    uuid uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    team_id integer NOT NULL REFERENCES posthog_team (id),
    properties jsonb NOT NULL DEFAULT '{}',
    is_identified boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE TABLE IF NOT EXISTS posthog_persondistinctid (
    id bigserial PRIMARY KEY,
    team_id integer NOT NULL REFERENCES posthog_team (id),
    person_id bigint NOT NULL REFERENCES posthog_person (id),
    distinct_id varchar(400) NOT NULL,
    UNIQUE (team_id, distinct_id)
  )`,
  // One row a job, written at every run: after a restore its time says how much was lost.
  `CREATE TABLE IF NOT EXISTS recover_heartbeat (
    source text PRIMARY KEY,
    at timestamptz NOT NULL,
    lsn pg_lsn NOT NULL
  )`,
];

/** Tables whose ids are given out by a sequence. */
export const sequencedTables = [
  "posthog_team",
  "posthog_person",
  "posthog_persondistinctid",
] as const;
export type SequencedTable = (typeof sequencedTables)[number];

/** Makes what is missing; what is there stays as it is. */
export async function createSchema(url: string): Promise<{ tables: string[] }> {
  return withClient(url, (client) =>
    inTransaction(client, async () => {
      // Two callers at once would collide in the catalog in spite of IF NOT EXISTS.
      await client.query("SELECT pg_advisory_xact_lock(hashtext('recover schema'))");
      for (const statement of statements) await client.query(statement);
      const { rows } = await client.query<{ name: string }>(
        `SELECT table_name AS name FROM information_schema.tables
         WHERE table_schema = 'public' AND (table_name LIKE 'posthog\\_%' OR table_name LIKE 'recover\\_%')
         ORDER BY 1`,
      );
      return { tables: rows.map(({ name }) => name) };
    }),
  );
}
