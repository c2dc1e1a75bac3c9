import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { ClickHouseError, ClickHouseLogLevel, createClient } from "@clickhouse/client";
import type { ClickHouseClient } from "@clickhouse/client";
import { UserError } from "../command.ts";
import type { ClickHouseConnection } from "../connection.ts";
import { storedName } from "./schema.ts";

export type QueryParams = Readonly<Record<string, unknown>>;
export type QuerySettings = Readonly<Record<string, string | number>>;

export interface RunOptions {
  readonly params?: QueryParams;
  readonly settings?: QuerySettings;
  /** Beginning of the query's id, for `killQueries`. @default "recover" */
  readonly idPrefix?: string;
}

/** A restore or a replay is one query: the longest that anybody waits for one, ms. */
const LONGEST_QUERY_MS = 24 * 3600 * 1000;

/**
 * The server writes a header this often while a query runs, so that no connection looks dead, ms. Node
 * keeps the first 1000 headers of an answer and drops the others without a word, among them the one
 * that says that the query failed: those of the longest query must fit.
 */
const SIGN_OF_LIFE_MS = 120_000;

/** Node's own limit, 16 KiB, ends a query after about 90 signs of life. */
const HEADERS_BYTES = 1 << 20;

/**
 * For tables whose rows lie in several shards. What is inserted lies in its shard when the insert has
 * ended; it goes there by its identity, also from a shard to itself; a subquery sees every shard.
 */
const SHARDED_SETTINGS = {
  distributed_foreground_insert: 1,
  parallel_distributed_insert_select: "0",
  distributed_product_mode: "global",
} as const;

/** A connection to one server. `database` qualifies every name: nothing depends on a default. */
export class ClickHouse {
  readonly connection: ClickHouseConnection;
  readonly database: string;
  /**
   * One connection to the server of each shard, this one first. Statements that a `Distributed` table
   * does not pass on (ALTER, OPTIMIZE, BACKUP) are run on each, with the name that `stored` gives.
   */
  readonly shards: readonly ClickHouse[];
  /** One of several: events lie in `sharded_` tables, and are read by a `Distributed` table's name. */
  readonly isShard: boolean;
  readonly #client: ClickHouseClient;

  /** @param isShard one of several. @default as the connection says */
  constructor(connection: ClickHouseConnection, isShard = connection.sharded !== undefined) {
    const { sharded, ...own } = connection;
    this.connection = connection;
    this.database = connection.database;
    this.isShard = isShard;
    const others = (sharded?.others ?? []).map((url) => new ClickHouse({ ...own, url }, true));
    this.shards = [this, ...others];
    this.#client = createClient({
      url: connection.url,
      username: connection.username,
      password: connection.password,
      request_timeout: LONGEST_QUERY_MS,
      max_response_headers_size: HEADERS_BYTES,
      // Errors are thrown: the library would also print them, with the query's text.
      log: { level: ClickHouseLogLevel.OFF },
      clickhouse_settings: {
        output_format_json_quote_64bit_integers: 0,
        send_progress_in_http_headers: 1,
        http_headers_progress_interval_ms: String(SIGN_OF_LIFE_MS),
        ...(isShard ? SHARDED_SETTINGS : {}),
      },
    });
  }

  /** Where a table's rows lie on this very server, with its database. */
  stored(table: string): string {
    return `${this.database}.${storedName(table, this.isShard)}`;
  }

  /** Rows of a SELECT; for results that fit in memory. */
  async query<T>(
    sql: string,
    params: QueryParams = {},
    settings: QuerySettings = {},
  ): Promise<T[]> {
    return this.#explained(async () => {
      const answer = await this.#client.query({
        query: sql,
        query_params: { ...params },
        clickhouse_settings: { ...settings },
        format: "JSONEachRow",
      });
      assertWholeHead(answer.response_headers);
      return answer.json<T>();
    });
  }

  /** The only row of a SELECT. */
  async one<T>(sql: string, params: QueryParams = {}): Promise<T> {
    const [row] = await this.query<T>(sql, params);
    if (row === undefined) throw new Error(`no row: ${sql}`);
    return row;
  }

  /**
   * Runs a statement to its end. When the connection breaks meanwhile, waits until the server no
   * longer runs it and says that its outcome is unknown: callers are idempotent and run again.
   */
  async run(sql: string, options: RunOptions = {}): Promise<void> {
    const id = `${options.idPrefix ?? "recover"}-${randomUUID()}`;
    try {
      await this.#explained(async () => {
        const answer = await this.#client.command({
          query: sql,
          query_id: id,
          query_params: { ...options.params },
          clickhouse_settings: { ...options.settings },
        });
        assertWholeHead(answer.response_headers);
      });
    } catch (error) {
      if (error instanceof ClickHouseError || error instanceof UserError) throw error;
      await this.#untilGone(id);
      throw new UserError(
        `the connection to ClickHouse at ${this.connection.url} broke while a statement ran, and nobody ` +
          `knows whether it was done (${String(error)}). Nothing is lost: run the command again.`,
        { cause: error },
      );
    }
  }

  /** Inserts lines of JSON through a SELECT over `input('structure')`. */
  async insertThrough(
    sql: string,
    rows: readonly unknown[],
    options: RunOptions = {},
  ): Promise<void> {
    const lines = Readable.from(
      rows.map((row) => `${JSON.stringify(row)}\n`),
      { objectMode: false },
    );
    await this.#explained(async () => {
      const { stream, response_headers: head } = await this.#client.exec({
        query: `${sql} FORMAT JSONEachRow`,
        values: lines,
        query_id: `${options.idPrefix ?? "recover"}-${randomUUID()}`,
        query_params: { ...options.params },
        clickhouse_settings: { ...options.settings },
      });
      stream.resume();
      await new Promise((resolve, reject) => {
        stream.once("end", resolve).once("error", reject);
      });
      assertWholeHead(head);
    });
  }

  /** Ends every query whose id begins with `prefix`: what a killed run left working. */
  async killQueries(prefix: string): Promise<void> {
    // Also what another shard's statement has this one do.
    await this.run("KILL QUERY WHERE startsWith(initial_query_id, {prefix: String}) SYNC", {
      params: { prefix: `${prefix}-` },
    });
  }

  async close(): Promise<void> {
    await Promise.all([
      this.#client.close(),
      ...this.shards.filter((shard) => shard !== this).map((shard) => shard.close()),
    ]);
  }

  async #untilGone(id: string): Promise<void> {
    for (let attempt = 0; attempt < 600; attempt++) {
      const running = await this.query<{ n: number }>(
        "SELECT count() AS n FROM system.processes WHERE query_id = {id: String}",
        { id },
      ).catch(() => undefined);
      if (running?.[0]?.n === 0) return;
      if (running === undefined && attempt > 20) return;
      await sleep(500);
    }
  }

  async #explained<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      const code = (error as { code?: string }).code;
      if (code === "ECONNREFUSED") {
        throw new UserError(
          `no ClickHouse answers at ${this.connection.url}: it is not running. Start it (\`pulumi up\` ` +
            "does), or correct the connection.",
          { cause: error },
        );
      }
      if (error instanceof ClickHouseError && error.type === "AUTHENTICATION_FAILED") {
        throw new UserError(
          `ClickHouse at ${this.connection.url} refuses the login "${this.connection.username}": its ` +
            "password differs from the stack's. Use the stack's own connection " +
            "(`pulumi stack output connection --show-secrets`).",
          { cause: error },
        );
      }
      if (error instanceof ClickHouseError && error.type === "NOT_ENOUGH_SPACE") {
        throw noSpace(this.connection.url, error);
      }
      throw error;
    }
  }
}

/** @throws Error when so many signs of life came that Node dropped what followed: how the query ended */
function assertWholeHead(head: Readonly<Record<string, unknown>>): void {
  if (head["x-clickhouse-query-id"] === undefined) {
    throw new Error("the answer's last headers are missing, so nobody knows how the query ended");
  }
}

function noSpace(url: string, error: ClickHouseError): UserError {
  return new UserError(
    `ClickHouse at ${url} has no space left on its disk (${error.message.slice(0, 300)}). What it ` +
      "acknowledged is stored, and events wait in Kafka meanwhile. Free some space on that disk, then run this again.",
    { cause: error },
  );
}

/** Opens a connection for one piece of work. */
export async function withClickHouse<T>(
  connection: ClickHouseConnection,
  work: (clickhouse: ClickHouse) => Promise<T>,
): Promise<T> {
  const clickhouse = new ClickHouse(connection);
  try {
    return await work(clickhouse);
  } finally {
    await clickhouse.close();
  }
}
