import zookeeper from "node-zookeeper-client";
import { expect, test } from "vitest";
import { cleanUpAfterFile } from "../../tests/harness/process.ts";
import { startZooKeeper } from "../../tests/harness/zookeeper.ts";
import { withZooKeeper } from "./client.ts";
import { guardEnsemble } from "./guard.ts";

cleanUpAfterFile();

/** What a client without any login gets for a new znode: "" when it is made. */
async function createsAnonymously(address: string, path: string): Promise<string> {
  const client = zookeeper.createClient(address);
  await new Promise<void>((resolve) => {
    client.once("connected", resolve);
    client.connect();
  });
  try {
    return await new Promise((resolve) => {
      client.create(path, (error) => {
        resolve(error instanceof Error ? error.name : "");
      });
    });
  } finally {
    client.close();
  }
}

test("an ensemble without brokers is ClickHouse's: its own corner is open, the rest is nobody's", async () => {
  const { members, zookeeper: connection } = await startZooKeeper({ size: 1, sasl: false });
  const address = `127.0.0.1:${String(members[0]?.clientPort ?? 0)}`;
  expect(await createsAnonymously(address, "/before")).toBe("");
  const ours = { ...connection, serves: "clickhouse" as const };
  await guardEnsemble(ours);
  await guardEnsemble(ours);
  expect(await createsAnonymously(address, "/after")).toBe("NO_AUTH");
  expect(await createsAnonymously(address, "/clickhouse/tables")).toBe("");
  const made = await withZooKeeper(ours, (znodes) => znodes.children("/"));
  expect(made).toEqual(["before", "clickhouse", "zookeeper"]);
});
