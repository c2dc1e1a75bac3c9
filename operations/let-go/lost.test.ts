import { describe, expect, test } from "vitest";
import type { StateResource } from "../teardown/state.ts";
import { lostResources } from "./lost.ts";

const resource = (name: string, protect = true) =>
  ({ urn: `urn:${name}`, name, type: "t", protect }) as StateResource;

const state = [
  "clickhouse-installation",
  "clickhouse-r1-clickhouse-installation",
  "kafka-cluster",
  "postgres-instance",
  "postgres-roles-database",
  "vault-backups-bucket",
  "zookeeper-members",
].map((name) => resource(name));

const lost = (...recoveries: Parameters<typeof lostResources>[1]) =>
  lostResources([...state, resource("clickhouse-secret", false)], recoveries).map(
    ({ name }) => name,
  );

describe("what is still protected of a lost engine", () => {
  test.each([
    ["nothing was lost", [], []],
    ["the first ClickHouse", ["clickhouse"], ["clickhouse-installation"]],
    ["PostgreSQL and its database", ["postgres"], ["postgres-instance", "postgres-roles-database"]],
    ["an ensemble", ["zookeeper"], ["zookeeper-members"]],
    [
      "each former generation, and not the one in force",
      // Before the second recovery of ClickHouse is made.
      ["clickhouse", "zookeeper", "clickhouse"],
      ["clickhouse-installation", "clickhouse-r1-clickhouse-installation", "zookeeper-members"],
    ],
  ] as const)("%s", (_what, recoveries, expected) => {
    expect([...lost(...recoveries)].sort()).toEqual([...expected].sort());
  });
});
