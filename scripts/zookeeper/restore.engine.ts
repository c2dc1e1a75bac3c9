import { rm } from "node:fs/promises";
import { join } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { execa } from "execa";
import zookeeper from "node-zookeeper-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { zookeeperConnect } from "../../engines/zookeeper.ts";
import { startKafka } from "../../tests/harness/kafka.ts";
import type { TestKafka } from "../../tests/harness/kafka.ts";
import { cleanUpAfterFile, onCleanup } from "../../tests/harness/process.ts";
import { silentReporter } from "../../tests/harness/reporter.ts";
import { startS3 } from "../../tests/harness/s3.ts";
import type { TestS3 } from "../../tests/harness/s3.ts";
import zookeeperRestore from "../commands/zookeeper-restore.ts";
import zookeeperSnapshot from "../commands/zookeeper-snapshot.ts";
import kafkaTopology from "../commands/kafka-topology.ts";
import type { Connection } from "../connection.ts";
import { revokeAll } from "../kafka/acls.ts";
import { attack } from "../kafka/attack.ts";
import { sendCanary } from "../kafka/canary.ts";
import { readRange } from "../kafka/reader.ts";
import { topicState } from "../kafka/topics.ts";
import { captureTopology, compareTopology } from "../kafka/topology.ts";
import type { Topology } from "../kafka/topology.ts";
import { memberState } from "./admin.ts";
import { withZooKeeper } from "./client.ts";
import { BROKERS } from "./guard.ts";
import { RESTORING } from "./kafka-plan.ts";
import type { StoredSnapshot } from "./snapshots.ts";

cleanUpAfterFile();

describe("a lost ensemble under two brokers", () => {
  let cluster: TestKafka;
  let s3: TestS3;
  let connection: Connection;
  let recorded: Topology;
  let stored: StoredSnapshot;
  let offsets: number[];

  const ensemble = () => {
    if (!cluster.ensemble) throw new Error("no ensemble");
    return cluster.ensemble;
  };
  const restore = (params: { key?: string; sha256?: string; keepConsumer?: string } = {}) =>
    zookeeperRestore.run(connection, params, silentReporter);
  const readAll = async () => {
    const found: number[] = [];
    for (let partition = 0; partition < cluster.kafka.partitions; partition++) {
      const range = { partition, from: 0, to: Number.MAX_SAFE_INTEGER };
      await readRange(cluster.kafka, range, (batch) => {
        found.push(...batch.map((each) => each.offset));
      });
    }
    return found;
  };

  beforeAll(async () => {
    s3 = await startS3();
    onCleanup(() => s3.stop());
    cluster = await startKafka({ mode: "zookeeper" });
    connection = { ...cluster.connection, vault: s3.vault };
    await kafkaTopology.run(connection, { consumerEpoch: 1 }, silentReporter);
    for (let count = 0; count < 20; count++) await sendCanary(cluster.kafka);
    recorded = await captureTopology(cluster.kafka);
    offsets = await readAll();
  });

  afterAll(() => cluster.stop());

  it("gives its snapshot to the super user alone, and lets nobody else change a rule", async () => {
    const [member] = ensemble().zookeeper.members;
    const stranger = { headers: { Authorization: "digest bob:bob" } };
    const answer = await fetch(`${member?.admin ?? ""}/commands/snapshot?streaming=true`, stranger);
    expect(answer.status).toBe(403);
    const client = zookeeper.createClient(`${member?.client ?? ""}/kafka`);
    client.connect();
    const refusals = await Promise.all(
      ["/kafka-acl/Topic/events", "/config/users/admin", "/cluster/id"].map(
        (path) =>
          new Promise((resolve) => {
            client.setData(path, Buffer.from("{}"), (error) => {
              resolve((error as Error | null)?.name);
            });
          }),
      ),
    );
    client.close();
    expect(refusals).toEqual(["NO_AUTH", "NO_AUTH", "NO_AUTH"]);
  });

  it("keeps a broker from starting while its former self is registered", async () => {
    const connect = zookeeperConnect(ensemble().members, "/kafka");
    const script = join(import.meta.dirname, "..", "..", "engines", "kafka-await.ts");
    const waits = async (id: string) => {
      const { timedOut } = await execa(process.execPath, [script, connect, id], {
        timeout: 4000,
        reject: false,
      });
      return timedOut;
    };
    expect(await Promise.all([waits("1"), waits("99")])).toEqual([true, false]);
  });

  it("stores a snapshot that can be read, and restores nothing while it is in use", async () => {
    stored = await zookeeperSnapshot.run(connection, {}, silentReporter);
    expect(stored.key).toMatch(/^e1\/zookeeper\/\d{8}T\d{6}\.\d{3}Z\.snapshot$/);
    expect(stored.znodes).toBeGreaterThan(40);
    await expect(restore()).rejects.toThrow(/is registered in this ensemble/);
    expect(compareTopology(recorded, await captureTopology(cluster.kafka))).toEqual([]);
  });

  it("comes back with the same cluster, topics, logins and data, and without the fenced consumer", async () => {
    // After the snapshot: epoch 1 is fenced. The snapshot still lets it in.
    await revokeAll(cluster.kafka, "clickhouse-e1");
    for (const each of ensemble().processes) each.kill();
    for (const each of cluster.processes) each.kill();
    for (const { spec } of ensemble().processes) await rm(spec.home, { recursive: true });
    const start = Date.now();
    const mark = (what: string) => {
      console.log(`${what} ${String(Date.now() - start)} ms after the loss`);
    };
    await ensemble().restart();
    mark("fresh ensemble ready");

    const body = Buffer.from("ZKSN, but not really");
    const damaged = "e1/zookeeper/29990101T000000.000Z.snapshot";
    await s3.store.client.send(
      new PutObjectCommand({ Bucket: "backups", Key: damaged, Body: body }),
    );
    await expect(restore({ key: damaged })).rejects.toThrow(/damaged or cut short/);
    await expect(zookeeperSnapshot.run(connection, {}, silentReporter)).rejects.toThrow(
      /holds no Kafka cluster/,
    );
    await expect(restore({ key: "e1/zookeeper/none" })).rejects.toThrow(
      /has no e1\/zookeeper\/none/,
    );
    const { key, sha256 } = stored;
    await expect(restore({ key, sha256: "0".repeat(64) })).rejects.toThrow(/not the one on record/);
    for (const member of ensemble().zookeeper.members) {
      expect((await memberState(member)).znode_count).toBeLessThan(10);
    }

    // Killed half-way, and run again by a later epoch that finds a newer but useless snapshot.
    await withZooKeeper(ensemble().zookeeper, async (znodes) => {
      await znodes.create(RESTORING, [BROKERS], Buffer.from(key));
      await znodes.create("/kafka", [BROKERS]);
    });
    await expect(zookeeperSnapshot.run(connection, {}, silentReporter)).rejects.toThrow(
      /in the middle of a restore/,
    );
    const warned: string[] = [];
    const later = { ...connection, epoch: 3 };
    const again = { ...silentReporter, warn: (line: string) => void warned.push(line) };
    const result = await zookeeperRestore.run(later, {}, again);
    mark("snapshot restored");
    expect(result).toMatchObject({ key, sha256, members: 3, revoked: ["User:clickhouse-e1"] });
    expect(warned).toEqual([]);
    expect(await zookeeperRestore.run(later, {}, again)).toMatchObject({ key, members: 3 });
    expect(warned.join()).toContain("29990101T000000.000Z.snapshot is passed over");

    await cluster.restart();
    mark("both brokers ready");
    const found = await captureTopology(cluster.kafka);
    expect(compareTopology(recorded, found)).toEqual([]);
    expect(found.clusterId).toBe(recorded.clusterId);
    expect(await readAll()).toEqual(offsets);
    if (!cluster.kafka.consumer) throw new Error("no consumer");
    expect(await attack(cluster.kafka, cluster.kafka.consumer)).toMatchObject({ refused: true });
    await sendCanary(cluster.kafka);
    const { partitions } = await topicState(cluster.kafka);
    expect(partitions.reduce((sum, each) => sum + each.latest, 0)).toBe(offsets.length + 1);
  });

  it("keeps what was restored when every member restarts", async () => {
    await Promise.all(ensemble().processes.map((each) => each.stop()));
    await ensemble().restart();
    expect(compareTopology(recorded, await captureTopology(cluster.kafka))).toEqual([]);
    for (const member of ensemble().zookeeper.members) {
      expect((await memberState(member)).znode_count).toBeGreaterThan(40);
    }
  });
});
