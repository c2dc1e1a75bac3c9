import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { structureStatements } from "../../scripts/clickhouse/schema.ts";
import { applyTopology } from "../../scripts/kafka/topology.ts";
import { Fleet } from "../drill/producers/fleet.ts";
import { spoil } from "../drill/spoil.ts";
import { startClickHouse, type TestClickHouse } from "../harness/clickhouse.ts";
import { startKafka, type TestKafka } from "../harness/kafka.ts";
import { silentReporter } from "../harness/reporter.ts";
import { cleanUpAfterFile, onCleanup } from "../harness/process.ts";
import { check, faults, type CheckResult } from "./check.ts";

cleanUpAfterFile();

const events = 4000;

describe("the checker on real engines, fed by the drill's producers", () => {
  let kafka: TestKafka;
  let clickhouse: TestClickHouse;
  let fleet: Fleet;
  let folder: string;
  let green: CheckResult;

  const admin = async (sql: string): Promise<string> => {
    const { url, username, password } = clickhouse.connection;
    const response = await fetch(url, {
      method: "POST",
      body: sql,
      headers: { "X-ClickHouse-User": username, "X-ClickHouse-Key": password },
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${text}\n${sql}`);
    return text.trim();
  };
  const logs = () => ["plain", "transactional"].map((name) => join(folder, `${name}.acks`));
  const run = () => {
    const { url, reader } = clickhouse.connection;
    if (reader === undefined) throw new Error("no read-only login");
    return check({
      reader: { url, ...reader },
      eventsTable: "posthog.events",
      ackLogs: logs(),
      scratch: join(folder, "scratch"),
    });
  };
  const stored = async () =>
    Number(
      await admin(
        `SELECT (SELECT count() FROM posthog.events) + (SELECT count() FROM posthog.dead_letters)`,
      ),
    );

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "recover-checker-"));
    onCleanup(() => {
      rmSync(folder, { recursive: true });
    });
    kafka = await startKafka({ partitions: 6 });
    const link = kafka.kafka;
    await applyTopology(
      link,
      [{ name: link.topic, partitions: 6, configs: { "max.message.bytes": "8388608" } }],
      link.consumer?.name,
      silentReporter,
    );
    const { certificate = "", privateKey = "" } = link.consumer ?? {};
    clickhouse = await startClickHouse({ kafka: { ca: link.ca, certificate, privateKey } });
    for (const statement of structureStatements()) await admin(statement);
    await admin("CREATE DATABASE streaming ENGINE = Memory");
    await admin(`CREATE TABLE streaming.kafka_events (value String) ENGINE = Kafka SETTINGS
      kafka_broker_list = '${link.tlsBootstrap}', kafka_topic_list = '${link.topic}',
      kafka_group_name = '${link.group}', kafka_format = 'RawBLOB', kafka_flush_interval_ms = 500`);
    await admin(`CREATE MATERIALIZED VIEW streaming.kafka_to_stream TO posthog.stream AS
      SELECT value, '${link.clusterId}' AS _cluster_id, 'one' AS _topic_id, _topic,
        toUInt32(_partition) AS _partition, _offset, _timestamp_ms AS _timestamp, 1 AS _segment
      FROM streaming.kafka_events`);

    fleet = new Fleet(
      logs().map((ackLog, index) => ({
        name: index === 0 ? "plain" : "transactional",
        mode: index === 0 ? "idempotent" : "transactional",
        seed: "checker",
        ackLog,
        batch: 100,
        bigAt: index === 0 ? [50, 700] : [],
        abortShare: 0.4,
      })),
      {
        bootstrap: link.bootstrap,
        securityProtocol: "SASL_PLAINTEXT",
        username: link.producer?.username ?? "",
        password: link.producer?.password ?? "",
        clusterId: link.clusterId,
        topic: link.topic,
      },
    );
    onCleanup(() => {
      fleet.kill();
    });
    fleet.addTeams([
      { id: 1, distinctIds: ["a", "b"] },
      { id: 2, distinctIds: ["c"] },
    ]);
    fleet.pace({ until: events, rate: 4000, trickle: 0 });
    const deadline = Date.now() + 60_000;
    const sent = () =>
      fleet.counts.reduce((sum, one) => sum + one.acknowledged + one.aborted + one.inDoubt, 0);
    while (sent() < events && Date.now() < deadline) await sleep(200);
    await fleet.stop();
    expect(fleet.troubles).toEqual([]);
    while ((await stored()) < fleet.acknowledged && Date.now() < deadline) await sleep(200);
  });

  it("is green for what was sent and arrived", async () => {
    green = await run();
    expect(faults(green)).toEqual([]);
    expect(green).toMatchObject({
      eventsAcknowledged: fleet.acknowledged,
      eventsLost: 0,
      eventsDuplicated: 0,
      abortedPresent: 0,
      aggregatesEqual: true,
    });
    expect(green.eventsPresent + green.deadLettered).toBe(fleet.acknowledged);
    expect(green.deadLettered).toBeGreaterThan(events / 100);
    const aborted = fleet.counts.reduce((sum, one) => sum + one.aborted, 0);
    expect(aborted).toBeGreaterThan(0);
    expect(green.partitions).toHaveLength(6);
    expect(Math.max(...fleet.counts.map(({ rssBytes }) => rssBytes))).toBeLessThan(300e6);
  });

  it("turns red when one row is deleted, one doubled, one property altered", async () => {
    const one = await admin(
      "SELECT _offset FROM posthog.events WHERE _partition = 3 ORDER BY _offset LIMIT 1 OFFSET 7",
    );
    const where = `_partition = 3 AND _offset = ${one}`;
    await admin("SYSTEM STOP MERGES posthog.events");
    await admin(`INSERT INTO posthog.events SELECT * FROM posthog.events WHERE ${where}`);
    const doubled = await run();
    expect(doubled).toMatchObject({ eventsDuplicated: 1, eventsLost: 0 });
    expect(doubled.partitions[3]?.firstWrong).toBe(Number(one));

    await admin(`CREATE TABLE posthog.kept AS posthog.events ENGINE = Memory`);
    await admin(`INSERT INTO posthog.kept SELECT DISTINCT * FROM posthog.events WHERE ${where}`);
    await admin("SYSTEM START MERGES posthog.events");
    await admin(`DELETE FROM posthog.events WHERE ${where} SETTINGS lightweight_deletes_sync = 2`);
    const deleted = await run();
    expect(deleted).toMatchObject({ eventsLost: 1, eventsDuplicated: 0, aggregatesEqual: false });
    expect(deleted.partitions[3]?.firstLost).toBe(Number(one));

    await admin(
      `INSERT INTO posthog.events SELECT * REPLACE(replaceOne(properties, 'web', 'wob') AS properties) FROM posthog.kept`,
    );
    const altered = await run();
    expect(altered).toMatchObject({ eventsLost: 0, eventsDuplicated: 0, altered: 1 });
    expect(faults(altered)).not.toEqual([]);
  });

  it("turns red when a team that PostgreSQL has is in quarantine, and when a log ends too early", async () => {
    const { url, reader } = clickhouse.connection;
    if (reader === undefined) throw new Error("no read-only login");
    const spoilt = {
      eventsTable: "posthog.events",
      connection: { clickhouse: clickhouse.connection },
    };
    const before = (await run()).aggregateDifferences;
    await spoil(spoilt, "hide-team");
    const input = {
      reader: { url, ...reader },
      eventsTable: "posthog.events",
      scratch: join(folder, "scratch"),
    };
    const own = new Set([1, 2]);
    const judged = await check({
      ...input,
      ackLogs: logs(),
      tenancy: { present: own, own, before: Date.now() },
    });
    expect(judged.quarantined).toBeGreaterThan(0);
    expect(judged.tenants).toMatchObject({ hidden: judged.quarantined, exposed: 0, split: 0 });
    expect(faults(judged).join()).toMatch(/although their team is there \(team [12] /);
    expect(judged.aggregateDifferences).toEqual(before);

    // Without any team: the hidden one is right, the other is visible and nobody's.
    const lost = new Set<number>();
    const exposed = await check({
      ...input,
      ackLogs: logs(),
      tenancy: { present: lost, own: lost, before: Date.now() },
    });
    expect(exposed.tenants?.hidden).toBe(0);
    expect(exposed.tenants?.exposed).toBeGreaterThan(0);
    expect(exposed.tenants?.split).toBe(0);

    const cut = logs().map((log) => {
      const bytes = readFileSync(log);
      writeFileSync(`${log}.cut`, bytes.subarray(0, bytes.length - 30));
      return `${log}.cut`;
    });
    expect(faults(await check({ ...input, ackLogs: cut })).slice(0, 2)).toEqual(
      cut.map((log) => expect.stringContaining(`${log} ends within a batch`) as string),
    );
    for (const log of cut) writeFileSync(log, "");
    expect(faults(await check({ ...input, ackLogs: cut }))[0]).toContain("nothing was checked");
  });
});
