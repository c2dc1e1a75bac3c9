import { beforeAll, describe, expect, test } from "vitest";
import { LocalPlatform } from "../../stacks/local/platform.ts";
import { primary } from "../../stacks/primary.ts";
import { readLocalSettings } from "../../stacks/settings.ts";
import { configOf, record, type Recorded } from "./mocks.ts";

function settings(values: Record<string, unknown> = {}) {
  const all: Record<string, unknown> = {
    role: "primary",
    region: "east",
    standbyRegion: "west",
    ...values,
  };
  return readLocalSettings(configOf(all), "/project");
}

const start = (read: ReturnType<typeof settings>) =>
  primary(read, new LocalPlatform(read, "/project"));

const names = (made: readonly Recorded[], type: string) =>
  made.filter((each) => each.type === `recover:index:${type}`).map((each) => each.name);
const commandsOf = (made: readonly Recorded[]) =>
  made.filter((each) => each.type.endsWith(":Step")).map((each) => each.inputs["command"]);

describe("the primary", () => {
  let made: Recorded[];
  beforeAll(async () => {
    made = await record(() => start(settings()));
  });

  test("runs every engine as a process of its own", () => {
    expect(names(made, "Process").sort()).toEqual([
      "archiver",
      "backup-schedule",
      "clickhouse-server",
      "kafka-1",
      "kafka-2",
      "lease-keeper",
      "postgres-server",
      "replicator",
      "s3-far-server",
      "s3-near-server",
      "zookeeper-1",
      "zookeeper-2",
      "zookeeper-3",
    ]);
  });

  test("claims the epoch in every preview, and lets nobody consume but by attach", () => {
    const claim = made.find((each) => each.name === "claim");
    expect(claim?.inputs["guard"]).toBe(true);
    const topology = made.find((each) => each.name === "kafka-topology");
    expect(topology?.inputs["params"]).toEqual({});
    expect(commandsOf(made)).toContain("attach");
  });

  test("asks the fence in every preview before its own region is looked at", () => {
    const ask = made.find((each) => each.name === "ask-fence");
    expect(ask?.inputs).toMatchObject({
      command: "claim",
      guard: true,
      params: { optional: true, observe: true },
      // The standby's side alone: what lies in the primary's may be lost.
      connection: { control: { endpoint: "http://127.0.0.1:27100", bucket: "recover-control" } },
    });
    const order = made.map((each) => each.name);
    for (const later of ["s3-near-server", "vault-base-near", "vault-base-far"]) {
      expect(order.indexOf("ask-fence")).toBeLessThan(order.indexOf(later));
    }
  });

  test("keeps the buckets when it is destroyed, and nothing else", () => {
    const kept = made.filter((each) => each.inputs["retainData"] === true);
    expect(kept.map((each) => each.name).sort()).toEqual(["s3-far-server", "s3-near-server"]);
  });

  test("puts the copy of the vault into the other region's folder", () => {
    const home = (name: string) => made.find((each) => each.name === name)?.inputs["home"];
    expect(home("s3-near-server")).toBe("/project/.data/east/s3");
    expect(home("s3-far-server")).toBe("/project/.data/west/s3");
  });

  test("hands each daemon only the parts of the connection that it needs", () => {
    const input = (name: string) => {
      const [file] = made.find((each) => each.name === name)?.inputs["files"] as {
        content: string;
      }[];
      return JSON.parse(file?.content ?? "{}") as { connection: Record<string, unknown> };
    };
    expect(Object.keys(input("archiver").connection)).not.toContain("signing");
    expect(Object.keys(input("archiver").connection)).not.toContain("clickhouse");
    expect(Object.keys(input("backup-schedule").connection)).toContain("signing");
    expect(Object.keys(input("replicator").connection)).not.toContain("kafka");
  });
});

describe("a recovery in place", () => {
  test("of ClickHouse takes a new epoch, a new folder and new ports, and fences by the broker", async () => {
    const made = await record(() => start(settings({ recoveries: ["clickhouse"] })));
    const server = made.find((each) => each.name === "clickhouse-r1-clickhouse-server");
    expect(server?.inputs["home"]).toBe("/project/.data/east/clickhouse-r1-clickhouse");
    expect(server?.inputs["ports"]).toEqual({ http: 27_022, tcp: 27_023 });
    const fence = made.find((each) => each.name === "r1-clickhouse-fence");
    expect(fence?.inputs["params"]).toMatchObject({ kind: "broker" });
    const { kafka, epoch } = fence?.inputs["connection"] as {
      epoch: number;
      kafka: { consumer: { name: string }; formerConsumers: { name: string }[] };
    };
    expect(epoch).toBe(2);
    expect(kafka.consumer.name).toBe("clickhouse-e2");
    expect(kafka.formerConsumers.map((each) => each.name)).toEqual(["clickhouse-e1"]);
  });

  test("of ClickHouse leaves WAL in the old epoch until the fence has passed", async () => {
    const made = await record(() => start(settings({ recoveries: ["clickhouse"] })));
    const server = made.find((each) => each.name === "postgres-server");
    // The fence of these tests says 3, the gate before it 2.
    expect(JSON.stringify(server?.inputs["files"])).toMatch(/s3:\/\/recover-backups\/e3\/postgres/);
    const component = made.find((each) => each.name === "postgres");
    expect(component?.dependsOn).toEqual([
      "claim",
      "vault-armed-r1-clickhouse-far",
      "vault-armed-r1-clickhouse-near",
    ]);
    const armed = made.find((each) => each.name === "vault-armed-r1-clickhouse-near");
    expect(armed?.dependsOn).toContain("r1-clickhouse-fence");
  });

  test("of ZooKeeper restores the ensemble before the brokers see it, and keeps the consumer", async () => {
    const made = await record(() => start(settings({ recoveries: ["zookeeper"] })));
    expect(names(made, "Process")).toContain("zookeeper-r1-zookeeper-1");
    const restore = made.find((each) => each.name === "r1-zookeeper-restore");
    expect(restore?.inputs["params"]).toEqual({ keepConsumer: "clickhouse-e1" });
    const topology = made.find((each) => each.name === "r1-zookeeper-topology");
    expect(topology?.inputs["params"]).toEqual({ consumerEpoch: 1 });
  });

  test("of PostgreSQL restores from the vault into a new folder", async () => {
    const made = await record(() => start(settings({ recoveries: ["postgres"] })));
    const server = made.find((each) => each.name === "postgres-r1-postgres-server");
    expect(server?.inputs["home"]).toBe("/project/.data/east/postgres-r1-postgres");
    expect(JSON.stringify(server?.inputs["initialize"])).toContain("restore-main.ts");
  });
});
