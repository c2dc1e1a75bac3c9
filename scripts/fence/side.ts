import { ClickHouse } from "../clickhouse/client.ts";
import { closeIngest } from "../clickhouse/ingest.ts";
import { UserError } from "../command.ts";
import type { ClickHouseConnection, Connection, KafkaConnection } from "../connection.ts";
import { consumerAcls, listAcls, planAcls, revokeGroup } from "../kafka/acls.ts";
import { openCanarySender, type CanarySender } from "../kafka/canary.ts";
import { topicState } from "../kafka/topics.ts";
import { beat } from "../postgres/position.ts";
import { waitForArrival } from "./arrival.ts";
import { systemClock } from "./clock.ts";
import type { KeeperActions } from "./keeper.ts";
import { ProducedEnds } from "./produced.ts";
import type { Produced } from "./records.ts";

/** What the lease keeper does with the real engines of its own side. Close it when done. */
export class Side implements KeeperActions {
  #kafka: KafkaConnection;
  #clickhouse: ClickHouse;
  #postgresUrl: string | undefined;
  #canaries: CanarySender | undefined;
  /** The last try to stop took the group permission away. */
  #revoked = false;
  /** Highest offset seen in ClickHouse, by partition. */
  #stored = new Map<number, number>();
  #ends = new ProducedEnds();
  #produced: Produced | undefined;

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
      this.#ends.sent({ partition, offset });
      const before = await this.#highestStored(partition);
      const again = (): Promise<number> => this.#highestStored(partition);
      await waitForArrival(before, offset, again, systemClock, signal);
    } catch (error) {
      // A connection that broke is not used again.
      await this.#canaries?.close().catch(() => undefined);
      this.#canaries = undefined;
      throw error;
    }
    const seconds = (performance.now() - start) / 1000;
    // What cannot be asked now is as old as it says, and no reason to let the lease end.
    const at = new Date(systemClock.now());
    const topic = await topicState(this.#kafka).catch(() => undefined);
    if (topic !== undefined) this.#produced = this.#ends.look(topic, at);
    return seconds;
  }

  produced(): Produced | undefined {
    return this.#produced;
  }

  /** PostgreSQL's sign of life: what a recovery's data loss is measured by. */
  async renewed(): Promise<void> {
    if (this.#postgresUrl !== undefined) await beat(this.#postgresUrl, "lease");
  }

  /**
   * Both ways at once: either alone ends consumption, and one of the two may not answer.
   *
   * A late try finds ClickHouse started again, and with it perhaps an `attach`: that one asked the fence
   * after this side was to stop, and gave back the permission that an earlier try took away.
   */
  async stopConsuming(_why: string, late: boolean): Promise<boolean> {
    if (!late) this.#revoked = false;
    if (this.#revoked && (await this.#mayConsume())) return false;
    const done = await Promise.allSettled([closeIngest(this.#clickhouse), this.#revoke()]);
    const failed = done
      .filter((each) => each.status === "rejected")
      .map((each) => each.reason as unknown);
    if (failed.length > 0) {
      throw new UserError(
        `not everything that consumes could be stopped: ${failed.map(String).join("; ")}`,
        { cause: new AggregateError(failed) },
      );
    }
    return true;
  }

  async close(): Promise<void> {
    await this.#canaries?.close().catch(() => undefined);
    await this.#clickhouse.close();
  }

  async #revoke(): Promise<void> {
    const { consumer } = this.#kafka;
    if (consumer === undefined || this.#revoked) return;
    await revokeGroup(this.#kafka, consumer.name);
    this.#revoked = true;
  }

  async #mayConsume(): Promise<boolean> {
    const { consumer } = this.#kafka;
    if (consumer === undefined) return false;
    const { add } = planAcls(await listAcls(this.#kafka), consumerAcls(this.#kafka, consumer.name));
    return add.length === 0;
  }

  /** Looks only above what it has seen before: the offset index passes over the rest. */
  async #highestStored(partition: number): Promise<number> {
    const seen = this.#stored.get(partition) ?? -1;
    const { found, top } = await this.#clickhouse.one<{ found: number; top: number }>(
      `SELECT count() AS found, max(_offset) AS top FROM ${this.#clickhouse.database}.events
       WHERE _cluster_id = {cluster: String} AND _topic = {topic: String}
         AND _partition = {partition: UInt32} AND _offset >= {from: UInt64}`,
      { cluster: this.#kafka.clusterId, topic: this.#kafka.topic, partition, from: seen + 1 },
    );
    const highest = found === 0 ? seen : top;
    this.#stored.set(partition, highest);
    return highest;
  }
}
