import { describe, expect, it } from "vitest";
import { planKafkaRestore, RESTORING, unusable } from "./kafka-plan.ts";
import { parseSnapshot } from "./snapshot-file.ts";
import type { SnapshotZnode } from "./snapshot-file.ts";

const acl = [{ permissions: 31, scheme: "sasl", id: "kafka" }];
const znode = (data: unknown = "", ephemeral = false): SnapshotZnode => ({
  data: Buffer.from(typeof data === "string" ? data : JSON.stringify(data)),
  ephemeral,
  acl,
});
const rule = (principal: string) => ({
  principal,
  permissionType: "Allow",
  operation: "Read",
  host: "*",
});

const snapshot = new Map<string, SnapshotZnode>([
  ["/", znode()],
  ["/clickhouse", znode("theirs")],
  ["/kafkaesque", znode("theirs")],
  ["/kafka/cluster/id", znode({ version: "1", id: "abc" })],
  ["/kafka", znode()],
  ["/kafka/cluster", znode()],
  ["/kafka/brokers/ids", znode()],
  ["/kafka/brokers/ids/1", znode("{}", true)],
  ["/kafka/config/changes", znode()],
  ["/kafka/config/changes/config_change_0000000001", znode("{}")],
  ["/kafka/kafka-acl-changes/acl_changes_0000000001", znode("{}")],
  [
    "/kafka/kafka-acl/Group/clickhouse",
    znode({ version: 1, acls: [rule("User:clickhouse-e1"), rule("User:clickhouse-e2")] }),
  ],
  [
    "/kafka/kafka-acl-extended/prefixed/Topic/ev",
    znode({ version: 1, acls: [rule("User:clickhouse-e1"), rule("User:archiver")] }),
  ],
]);

describe("what of a snapshot comes back", () => {
  it("is the brokers' lasting state, parents first, and no message between them", () => {
    expect(planKafkaRestore(snapshot).znodes.map(({ path }) => path)).toEqual([
      "/kafka",
      "/kafka/cluster",
      "/kafka/brokers/ids",
      "/kafka/cluster/id",
      "/kafka/config/changes",
      "/kafka/kafka-acl/Group/clickhouse",
      "/kafka/kafka-acl-extended/prefixed/Topic/ev",
    ]);
  });

  it("leaves out the rules of every consumer but the one that may go on", () => {
    const rulesOf = (keep?: string) => {
      const plan = planKafkaRestore(snapshot, keep);
      const stored = plan.znodes.filter(({ path }) => path.includes("kafka-acl"));
      return {
        revoked: plan.revoked,
        principals: stored.map(({ data }) =>
          (JSON.parse(data.toString()) as { acls: { principal: string }[] }).acls.map(
            ({ principal }) => principal,
          ),
        ),
      };
    };
    expect(rulesOf("clickhouse-e2")).toEqual({
      revoked: ["User:clickhouse-e1"],
      principals: [["User:clickhouse-e2"], ["User:archiver"]],
    });
    expect(rulesOf()).toEqual({
      revoked: ["User:clickhouse-e1", "User:clickhouse-e2"],
      principals: [[], ["User:archiver"]],
    });
  });
});

describe("a snapshot that brings no cluster back", () => {
  const complete = new Map([...snapshot, ["/kafka/brokers/topics/events", znode()] as const]);
  it.each([
    ["of a fresh ensemble", new Map([["/", znode()]]), "it holds no Kafka cluster"],
    ["from before the topic", snapshot, "it holds no topic"],
    [
      "with Kafka's own topics alone",
      new Map([...snapshot, ["/kafka/brokers/topics/__consumer_offsets", znode()]]),
      "it holds no topic",
    ],
    [
      "of a half-done restore",
      new Map([...complete, [RESTORING, znode()]]),
      "it was taken in the middle of a restore",
    ],
    ["that is whole", complete, undefined],
  ])("%s is told", (_, found, problem) => {
    expect(unusable(found)).toBe(problem);
  });
});

describe("a snapshot file", () => {
  const text = (value: string) => {
    const bytes = Buffer.from(value);
    const length = Buffer.alloc(4);
    length.writeInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const int = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return bytes;
  };
  const stat = (owner: number) => {
    const bytes = Buffer.alloc(60);
    bytes.writeBigInt64BE(BigInt(owner), 44);
    return bytes;
  };
  const long = (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(value);
    return bytes;
  };
  const file = Buffer.concat([
    Buffer.from("ZKSN"),
    int(2),
    long(-1n),
    int(1),
    long(7n),
    int(6000),
    int(1),
    long(1n),
    int(1),
    int(31),
    text("sasl"),
    text("kafka"),
    ...[text(""), int(-1), long(-1n), stat(0)],
    ...[text("/kafka"), text("data"), long(1n), stat(0)],
    ...[text("/kafka/here"), text(""), long(1n), stat(7)],
    text("/"),
    Buffer.from("whatever follows"),
  ]);

  it("gives paths, data, access and what ends with a session", () => {
    expect([...parseSnapshot(file)]).toEqual([
      [
        "/",
        {
          data: Buffer.alloc(0),
          ephemeral: false,
          acl: [{ permissions: 31, scheme: "world", id: "anyone" }],
        },
      ],
      ["/kafka", { data: Buffer.from("data"), ephemeral: false, acl }],
      ["/kafka/here", { data: Buffer.alloc(0), ephemeral: true, acl }],
    ]);
  });

  it("that is cut anywhere, or is something else, is refused", () => {
    const end = file.indexOf(Buffer.concat([text("/"), Buffer.from("whatever")])) + 5;
    for (let length = 0; length < end; length++) {
      expect(() => parseSnapshot(file.subarray(0, length))).toThrow(/damaged or cut short/);
    }
    expect(parseSnapshot(file.subarray(0, end)).size).toBe(3);
    expect(() => parseSnapshot(Buffer.from("{}"))).toThrow(/damaged/);
  });
});
