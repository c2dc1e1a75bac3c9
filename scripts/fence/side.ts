import { ClickHouse } from "../clickhouse/client.ts";
import { closeIngest } from "../clickhouse/ingest.ts";
import { UserError } from "../command.ts";
import type { ClickHouseConnection, Connection, KafkaConnection } from "../connection.ts";
import { revokeGroup } from "../kafka/acls.ts";
import { openCanarySender, type CanarySender } from "../kafka/canary.ts";
import { beat } from "../postgres/position.ts";
import type { KeeperActions } from "./keeper.ts";

/** What the lease keeper does with the real engines of its own side. Close it when done. */
export class Side implements KeeperActions {
  #kafka: KafkaConnection;
  #clickhouse: ClickHouse;
  #postgresUrl: string | undefined;
  #canaries: CanarySender | undefined;

  constructor(
    kafka: KafkaConnection,
    clickhouse: ClickHouseConnection,
    postgres: Connection["postgres"],
  ) {
    this.#kafka = kafka;
    this.#clickhouse = new ClickHouse(clickhouse);
    this.#postgresUrl = postgres?.url;
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
    if (this.#postgresUrl !== undefined) await beat(this.#postgresUrl, "lease");
  }

  /** Both ways at once: either alone ends consumption, and one of the two may not answer. */
  async stopConsuming(): Promise<void> {
    const { consumer } = this.#kafka;
    const done = await Promise.allSettled([
      closeIngest(this.#clickhouse),
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
    await this.#clickhouse.close();
  }

  async #isStored(partition: number, offset: number): Promise<boolean> {
    const { stored } = await this.#clickhouse.one<{ stored: number }>(
      `SELECT count() AS stored FROM ${this.#clickhouse.database}.events
       WHERE _cluster_id = {cluster: String} AND _topic = {topic: String}
         AND _partition = {partition: UInt32} AND _offset = {offset: UInt64}`,
      { cluster: this.#kafka.clusterId, topic: this.#kafka.topic, partition, offset },
    );
    return stored > 0;
  }
}
