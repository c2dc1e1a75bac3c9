import { createClient, type ClickHouseClient } from "@clickhouse/client";
import pg from "pg";
import { UserError } from "../command.ts";
import type { ClickHouseConnection, Connection, KafkaConnection } from "../connection.ts";
import { revokeGroup } from "../kafka/acls.ts";
import { openCanarySender, type CanarySender } from "../kafka/canary.ts";
import type { KeeperActions } from "./keeper.ts";

/** What the lease keeper does with the real engines of its own side. Close it when done. */
export class Side implements KeeperActions {
  #kafka: KafkaConnection;
  #clickhouse: ClickHouseConnection;
  #client: ClickHouseClient;
  #postgresUrl: string | undefined;
  #canaries: CanarySender | undefined;

  constructor(
    kafka: KafkaConnection,
    clickhouse: ClickHouseConnection,
    postgres: Connection["postgres"],
  ) {
    this.#kafka = kafka;
    this.#clickhouse = clickhouse;
    this.#postgresUrl = postgres?.url;
    this.#client = createClient({
      url: clickhouse.url,
      username: clickhouse.username,
      password: clickhouse.password,
      request_timeout: 10_000,
    });
  }

  async canary(signal: AbortSignal): Promise<number> {
    const start = performance.now();
    try {
      this.#canaries ??= await openCanarySender(this.#kafka);
      const { partition, offset } = await this.#canaries.send();
      while (!(await this.#isStored(partition, offset))) {
        signal.throwIfAborted();
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    } catch (error) {
      // A connection that broke is not used again.
      await this.#canaries?.close().catch(() => undefined);
      this.#canaries = undefined;
      throw error;
    }
    return (performance.now() - start) / 1000;
  }

  /** PostgreSQL's sign of life: what a recovery's data loss is measured by. */
  async renewed(): Promise<void> {
    if (this.#postgresUrl === undefined) return;
    const client = new pg.Client({
      connectionString: this.#postgresUrl,
      connectionTimeoutMillis: 3000,
      statement_timeout: 3000,
    });
    try {
      await client.connect();
      await client.query("UPDATE recover_heartbeat SET at = clock_timestamp()");
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** Both ways at once: either alone ends consumption, and one of the two may not answer. */
  async stopConsuming(): Promise<void> {
    const { consumer } = this.#kafka;
    const done = await Promise.allSettled([
      this.#client.command({ query: "DROP DATABASE IF EXISTS streaming SYNC" }),
      consumer === undefined ? Promise.resolve() : revokeGroup(this.#kafka, consumer.name),
    ]);
    const failed = done
      .filter((each) => each.status === "rejected")
      .map((each) => each.reason as unknown);
    if (failed.length > 0) {
      throw new UserError(
        `not everything that consumes could be stopped: ${failed.map(String).join("; ")}`,
        { cause: new AggregateError(failed) },
      );
    }
  }

  async close(): Promise<void> {
    await this.#canaries?.close().catch(() => undefined);
    await this.#client.close();
  }

  async #isStored(partition: number, offset: number): Promise<boolean> {
    const answer = await this.#client.query({
      query: `SELECT count() AS stored FROM ${this.#clickhouse.database}.events
        WHERE _cluster_id = {cluster: String} AND _topic = {topic: String}
          AND _partition = {partition: UInt32} AND _offset = {offset: UInt64}`,
      query_params: { cluster: this.#kafka.clusterId, topic: this.#kafka.topic, partition, offset },
      format: "JSONEachRow",
    });
    const [row] = await answer.json<{ stored: string }>();
    return Number(row?.stored ?? 0) > 0;
  }
}
