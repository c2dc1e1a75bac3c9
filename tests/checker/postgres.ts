import { createReadStream } from "node:fs";
import { createInterface } from "node:readline/promises";
import { Client } from "pg";
import type { Tenancy } from "./tenants.ts";

/** One line of the log of committed transactions. */
export interface Logged {
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
  /** Of the newest transaction before the disaster that is there; null when there is none. */
  readonly newestPresentAt: number | null;
  /** Of the oldest one that is lost; null when none is. */
  readonly oldestLostAt: number | null;
  /**
   * Lost, and a later one from before the disaster is there. What comes back is the beginning of one
   * log: it ends somewhere, it has no holes.
   */
  readonly transactionsSkipped: number;
  /** Acknowledged after the disaster and not there: the recovered server lost them. */
  readonly transactionsLostAfter: number;
}

/** When the server was lost, milliseconds since 1970. */
export interface Loss {
  readonly at: number;
  /** The last of its processes had its signal. */
  readonly until: number;
}

/** An answer that was on its way when the server died reaches a busy client a little later. */
const lateMilliseconds = 2000;

interface StoredTeam {
  readonly id: number;
  readonly persons: number;
}

/** Compares the log of commits with PostgreSQL's tables, and says whose events may be visible. */
export async function checkPostgres(
  url: string,
  log: string,
  loss: Loss,
): Promise<{ readonly transactions: PostgresCheck; readonly tenancy: Tenancy }> {
  const stored = await teamsOf(url);
  const logged: Logged[] = [];
  for await (const line of createInterface({ input: createReadStream(log) })) {
    if (line !== "") logged.push(JSON.parse(line) as Logged);
  }
  return {
    transactions: judgeTransactions(logged, stored, loss),
    tenancy: tenancyOf(logged, stored, loss.at),
  };
}

/** @param logged in the order of their commits: one client made them one after another */
export function judgeTransactions(
  logged: readonly Logged[],
  stored: ReadonlyMap<string, StoredTeam>,
  loss: Loss,
): PostgresCheck {
  let lost = 0;
  let lostAfter = 0;
  let lostSoFar = 0;
  let skipped = 0;
  let torn = 0;
  let newest: number | null = null;
  let oldestLost: number | null = null;
  for (const { token, team, persons, at } of logged) {
    const found = stored.get(token);
    const after = at > loss.until + lateMilliseconds;
    if (found === undefined) {
      lost++;
      oldestLost ??= at;
      if (after) lostAfter++;
      else lostSoFar++;
      continue;
    }
    if (found.id !== team || found.persons !== persons) torn++;
    else if (at <= loss.at) newest = Math.max(newest ?? 0, at);
    if (!after) skipped = lostSoFar;
  }
  return {
    transactionsAcknowledged: logged.length,
    transactionsLost: lost,
    transactionsTorn: torn,
    newestPresentAt: newest,
    oldestLostAt: oldestLost,
    transactionsSkipped: skipped,
    transactionsLostAfter: lostAfter,
  };
}

/** Which team ids PostgreSQL has, and which of them are still the teams that they were before the disaster. */
export function tenancyOf(
  logged: readonly Logged[],
  stored: ReadonlyMap<string, StoredTeam>,
  before: number,
): Tenancy {
  return {
    present: new Set([...stored.values()].map(({ id }) => id)),
    own: new Set(
      logged
        .filter(({ token, team, at }) => at <= before && stored.get(token)?.id === team)
        .map(({ team }) => team),
    ),
    before,
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
