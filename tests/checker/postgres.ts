import { createReadStream } from "node:fs";
import { createInterface } from "node:readline/promises";
import { Client } from "pg";

/** One line of the log of committed transactions. */
interface Logged {
  readonly token: string;
  readonly team: number;
  readonly persons: number;
  readonly at: number;
}

export interface PostgresCheck {
  readonly transactionsAcknowledged: number;
  readonly transactionsLost: number;
  /** There, but with another id or without its persons: a transaction is whole or not there. */
  readonly transactionsTorn: number;
  /** Of the newest transaction before `before` that is there; null when there is none. */
  readonly newestPresentAt: number | null;
}

/**
 * Compares the log of commits with PostgreSQL's tables.
 *
 * @param before milliseconds since 1970 of the disaster
 */
export async function checkPostgres(
  url: string,
  log: string,
  before: number,
): Promise<PostgresCheck> {
  const stored = await teamsOf(url);
  const logged: Logged[] = [];
  for await (const line of createInterface({ input: createReadStream(log) })) {
    if (line !== "") logged.push(JSON.parse(line) as Logged);
  }
  return judgeTransactions(logged, stored, before);
}

interface StoredTeam {
  readonly id: number;
  readonly persons: number;
}

export function judgeTransactions(
  logged: readonly Logged[],
  stored: ReadonlyMap<string, StoredTeam>,
  before: number,
): PostgresCheck {
  let lost = 0;
  let torn = 0;
  let newest: number | null = null;
  for (const { token, team, persons, at } of logged) {
    const found = stored.get(token);
    if (found === undefined) lost++;
    else if (found.id !== team || found.persons !== persons) torn++;
    else if (at <= before) newest = Math.max(newest ?? 0, at);
  }
  return {
    transactionsAcknowledged: logged.length,
    transactionsLost: lost,
    transactionsTorn: torn,
    newestPresentAt: newest,
  };
}

async function teamsOf(url: string): Promise<Map<string, StoredTeam>> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ token: string; id: number; persons: string }>(
      `SELECT t.api_token AS token, t.id, count(d.id) AS persons
       FROM posthog_team t
       LEFT JOIN posthog_person p ON p.team_id = t.id
       LEFT JOIN posthog_persondistinctid d ON d.person_id = p.id AND d.team_id = t.id
       GROUP BY t.id`,
    );
    return new Map(rows.map(({ token, id, persons }) => [token, { id, persons: Number(persons) }]));
  } finally {
    await client.end();
  }
}
