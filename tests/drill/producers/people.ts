/** Creates teams and persons in PostgreSQL as a process of its own; each commit is logged durably. */
import { fdatasyncSync, openSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import type { Team } from "./events.ts";

export interface PeopleSettings {
  readonly seed: string;
  /** One JSON line a committed transaction: {@link LoggedTransaction}. */
  readonly log: string;
  /** Transactions per second, each a team with three persons. */
  readonly rate: number;
}

/** A transaction whose COMMIT was answered. */
export interface LoggedTransaction {
  readonly token: string;
  readonly team: number;
  readonly persons: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export type ToPeople =
  | { readonly type: "start"; readonly settings: PeopleSettings; readonly url: string }
  | { readonly type: "connect"; readonly url: string }
  | { readonly type: "rest" }
  | { readonly type: "stop" };

export type FromPeople =
  | { readonly type: "team"; readonly team: Team; readonly committed: number }
  | { readonly type: "trouble"; readonly message: string };

const personsPerTeam = 3;

class People {
  readonly #settings: PeopleSettings;
  readonly #log: number;
  #url: string | undefined;
  #client: Client | undefined;
  #stopping = false;
  #attempts = 0;
  #committed = 0;

  constructor(settings: PeopleSettings, url: string) {
    this.#settings = settings;
    this.#url = url;
    this.#log = openSync(settings.log, "a", 0o600);
  }

  hear(message: ToPeople): void {
    if (message.type === "stop") this.#stopping = true;
    if (message.type === "rest" || message.type === "connect") {
      this.#url = message.type === "connect" ? message.url : undefined;
      this.#drop();
    }
  }

  async run(): Promise<void> {
    const pause = 1000 / this.#settings.rate;
    while (!this.#stopping) {
      const started = Date.now();
      try {
        if (this.#url !== undefined) await this.#transaction(this.#url);
      } catch (error) {
        say({ type: "trouble", message: String(error) });
        this.#drop();
        await sleep(300);
      }
      await sleep(Math.max(5, pause - (Date.now() - started)));
    }
    this.#drop();
  }

  async #transaction(url: string): Promise<void> {
    const client = (this.#client ??= await connected(url));
    const token = `drill-${this.#settings.seed}-${++this.#attempts}`;
    const distinctIds = Array.from({ length: personsPerTeam }, (_, n) => `${token}-person-${n}`);
    await client.query("BEGIN");
    const { rows } = await client.query<{ id: number }>(
      `WITH organization AS (INSERT INTO posthog_organization (name) VALUES ($1) RETURNING id)
       INSERT INTO posthog_team (organization_id, api_token, name)
       SELECT id, $1, $1 FROM organization RETURNING id`,
      [token],
    );
    const id = Number(rows[0]?.id);
    await client.query(
      `WITH person AS (
         INSERT INTO posthog_person (team_id, properties)
         SELECT $1, jsonb_build_object('distinct_id', one) FROM unnest($2::text[]) AS one
         RETURNING id, properties->>'distinct_id' AS distinct_id)
       INSERT INTO posthog_persondistinctid (team_id, person_id, distinct_id)
       SELECT $1, id, distinct_id FROM person`,
      [id, distinctIds],
    );
    await client.query("COMMIT");
    const line: LoggedTransaction = { token, team: id, persons: personsPerTeam, at: Date.now() };
    writeSync(this.#log, `${JSON.stringify(line)}\n`);
    fdatasyncSync(this.#log);
    this.#committed++;
    say({ type: "team", team: { id, distinctIds }, committed: this.#committed });
  }

  #drop(): void {
    void this.#client?.end().catch(() => undefined);
    this.#client = undefined;
  }
}

async function connected(url: string): Promise<Client> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 3000,
    query_timeout: 8000,
  });
  // A server that goes away says so outside any query: the next query fails and reports it.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

function say(message: FromPeople): void {
  // A drill that is gone does not listen; `disconnect` ends this process.
  if (process.connected) process.send?.(message, () => undefined);
}

let people: People | undefined;
process.on("message", (message: ToPeople) => {
  if (message.type === "start") {
    people = new People(message.settings, message.url);
    void people.run().then(() => process.exit(0));
  } else {
    people?.hear(message);
  }
});
process.on("disconnect", () => process.exit(0));
