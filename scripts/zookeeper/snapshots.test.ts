import { expect, it } from "vitest";
import type { SnapshotZnode } from "./snapshot-file.ts";
import { notWorthKeeping } from "./snapshots.ts";

const holding = (...paths: string[]): ReadonlyMap<string, SnapshotZnode> =>
  new Map(paths.map((path) => [path, { data: Buffer.of(), ephemeral: false, acl: [] }]));

const fresh = ["/", "/zookeeper", "/zookeeper/config", "/zookeeper/quota"];
const kafka = [...fresh, "/kafka/cluster/id", "/kafka/brokers/topics/events"];
const clickhouse = [...fresh, "/clickhouse", "/clickhouse/tables/uuid/0/replicas/a"];

it("keeps what serves ClickHouse alone without asking it for Kafka's topics", () => {
  expect(notWorthKeeping("clickhouse", holding(...clickhouse))).toBeUndefined();
  expect(notWorthKeeping("kafka", holding(...clickhouse))).toMatch(/no Kafka cluster/);
  expect(notWorthKeeping(undefined, holding(...clickhouse))).toMatch(/no Kafka cluster/);
  expect(notWorthKeeping(undefined, holding(...kafka))).toBeUndefined();
});

it("never lets a fresh ensemble's snapshot come after one that holds something", () => {
  const nothing = /nothing of ClickHouse/;
  expect(notWorthKeeping("clickhouse", holding(...fresh))).toMatch(nothing);
  expect(notWorthKeeping("clickhouse", holding(...fresh, "/clickhouse"))).toMatch(nothing);
  expect(notWorthKeeping("clickhouse", holding(...kafka))).toMatch(nothing);
});
