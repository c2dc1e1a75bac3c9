import type { RecordsBatch } from "@platformatic/kafka";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kafkaConnection } from "../connection.ts";
import { consumerEpoch, declaredAcls, planAcls } from "./acls.ts";
import type { AclEntry } from "./acls.ts";
import { canaryEvent } from "./canary.ts";
import { checkCursors } from "./offsets.ts";
import { compareTopology } from "./topology.ts";
import { shortUuid } from "./topics.ts";
import { committedBatches } from "./transactions.ts";

const kafka = kafkaConnection.parse({
  bootstrap: "127.0.0.1:1",
  tlsBootstrap: "127.0.0.1:2",
  ca: "ca",
  clusterId: "cluster",
  topic: "events",
  partitions: 2,
  replicationFactor: 2,
  group: "clickhouse",
  producer: { username: "producer", password: "p" },
  archiver: { username: "archiver", password: "p" },
});
const texts = (entries: readonly AclEntry[]) =>
  entries.map((e) =>
    [e.principal, e.operation, e.resourceType, e.patternType, e.resourceName].join(" "),
  );

describe("access rules", () => {
  it("are the least that each login needs, by name", () => {
    expect(texts(declaredAcls(kafka, "clickhouse-e7"))).toEqual([
      "User:producer WRITE TOPIC LITERAL events",
      "User:producer DESCRIBE TOPIC LITERAL events",
      "User:producer WRITE TRANSACTIONAL_ID PREFIXED producer-",
      "User:producer DESCRIBE TRANSACTIONAL_ID PREFIXED producer-",
      "User:archiver READ TOPIC LITERAL events",
      "User:archiver DESCRIBE TOPIC LITERAL events",
      "User:archiver READ GROUP LITERAL archiver",
      "User:archiver DESCRIBE GROUP LITERAL archiver",
      "User:clickhouse-e7 READ TOPIC LITERAL events",
      "User:clickhouse-e7 DESCRIBE TOPIC LITERAL events",
      "User:clickhouse-e7 READ GROUP LITERAL clickhouse",
      "User:clickhouse-e7 DESCRIBE GROUP LITERAL clickhouse",
    ]);
  });

  it("of ours that are not declared go; those of others stay", () => {
    const declared = declaredAcls(kafka, "clickhouse-e2");
    const [rule] = declared;
    if (!rule) throw new Error("no rule");
    const old = { ...rule, principal: "User:clickhouse-e1" };
    const wider = { ...rule, resourceName: "*" };
    const foreign = { ...rule, principal: "User:someone" };
    const { add, remove } = planAcls([old, wider, foreign, ...declared.slice(1)], declared);
    expect(add).toEqual([rule]);
    expect(remove).toEqual([old, wider]);
    expect(planAcls([...declared, foreign], declared)).toEqual({ add: [], remove: [] });
  });

  it.each([
    ["User:clickhouse-e12", 12],
    ["User:clickhouse", undefined],
    ["User:clickhouse-e1x", undefined],
    ["User:xclickhouse-e1", undefined],
    ["User:*", undefined],
  ])("%s is a consumer of epoch %s", (principal, epoch) => {
    expect(consumerEpoch(principal)).toBe(epoch);
  });
});

describe("cursors", () => {
  const partitions = [
    { partition: 0, earliest: 5, latest: 9 },
    { partition: 1, earliest: 0, latest: 0 },
  ];

  it("fit when each partition has one within its log, its two ends included", () => {
    for (const offset of [5, 7, 9]) {
      checkCursors("events", partitions, [
        { partition: 1, offset: 0 },
        { partition: 0, offset },
      ]);
    }
  });

  it.each([
    [[], /partition 0 has 0 cursors/],
    [[[0, 5]], /partition 1 has 0 cursors/],
    [
      [
        [0, 5],
        [0, 6],
        [1, 0],
      ],
      /partition 0 has 2 cursors/,
    ],
    [
      [
        [0, 4],
        [1, 0],
      ],
      /4 is not within 5 to 9/,
    ],
    [
      [
        [0, 10],
        [1, 0],
      ],
      /10 is not within 5 to 9/,
    ],
    [
      [
        [0, 5.5],
        [1, 0],
      ],
      /5.5 is not within/,
    ],
    [
      [
        [0, NaN],
        [1, 0],
      ],
      /NaN is not within/,
    ],
    [
      [
        [0, 5],
        [1, 0],
        [2, 0],
      ],
      /there is no partition 2/,
    ],
  ] as [number[][], RegExp][])("%j do not fit", (pairs, why) => {
    const cursors = pairs.map(([partition = -1, offset = -1]) => ({ partition, offset }));
    expect(() => {
      checkCursors("events", partitions, cursors);
    }).toThrow(why);
  });
});

describe("a topology", () => {
  const base = {
    clusterId: "cluster",
    topics: [{ name: "events", topicId: "id", partitions: 2, replicationFactor: 2, configs: {} }],
    acls: declaredAcls(kafka),
    logins: ["admin", "archiver", "producer"],
  };
  const [topic] = base.topics;
  const [rule] = base.acls;
  if (!topic || !rule) throw new Error("no topic");
  const fenced = { ...rule, principal: "User:clickhouse-e1" };

  it.each([
    ["is itself", base, base, []],
    ["of another cluster", base, { ...base, clusterId: "x" }, ["the cluster is x, not cluster"]],
    ["without a topic", base, { ...base, topics: [] }, ["the topic events is missing"]],
    [
      "with a topic made again",
      base,
      { ...base, topics: [{ ...topic, topicId: "new" }] },
      ["the topic events is another one of that name: new, not id"],
    ],
    [
      "with other partitions",
      base,
      { ...base, topics: [{ ...topic, partitions: 3 }] },
      ["the topic events has 3 partitions, not 2"],
    ],
    [
      "without a login and a rule",
      base,
      { ...base, logins: ["admin", "archiver"], acls: base.acls.slice(1) },
      [
        "the login producer is missing",
        "missing rule: ALLOW User:producer WRITE TOPIC LITERAL events",
      ],
    ],
    [
      "that revived a fenced login",
      base,
      { ...base, acls: [...base.acls, fenced] },
      ["rule too many: ALLOW User:clickhouse-e1 WRITE TOPIC LITERAL events"],
    ],
    ["whose fenced login stays out", { ...base, acls: [...base.acls, fenced] }, base, []],
  ])("%s", (_, wanted, found, lines) => {
    expect(compareTopology(wanted, found)).toEqual(lines);
  });
});

describe("aborted transactions", () => {
  type Step =
    | { readonly kind: "plain" | "data"; readonly producer: number }
    | { readonly kind: "end"; readonly producer: number; readonly commit: boolean };
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ kind: fc.constantFrom("plain", "data"), producer: fc.nat(2) }),
    fc.record({ kind: fc.constant("end"), producer: fc.nat(2), commit: fc.boolean() }),
  );

  /** A log of one offset a batch, and for each batch whether a reader may see it. */
  function writeLog(steps: readonly Step[]) {
    const batches: RecordsBatch[] = [];
    const open = new Map<number, number[]>();
    const visible = new Set<number>();
    const aborted: { producerId: bigint; firstOffset: bigint; lastOffset: number }[] = [];
    const put = (producer: number, attributes: number, key: Buffer | null) => {
      const offset = batches.length;
      const record = { length: 0, attributes: 0, timestampDelta: 0n, offsetDelta: 0 };
      batches.push({
        firstOffset: BigInt(offset),
        length: 0,
        partitionLeaderEpoch: 0,
        magic: 2,
        crc: 0,
        attributes,
        lastOffsetDelta: 0,
        firstTimestamp: 0n,
        maxTimestamp: 0n,
        producerId: BigInt(producer),
        producerEpoch: 0,
        firstSequence: 0,
        records: [{ ...record, key, value: null, headers: [] }],
      });
      return offset;
    };
    const end = (producer: number, commit: boolean) => {
      const offsets = open.get(producer);
      if (!offsets) return;
      open.delete(producer);
      const marker = put(producer, 0x30, Buffer.from([0, 0, 0, commit ? 1 : 0]));
      if (commit) for (const offset of offsets) visible.add(offset);
      else {
        const firstOffset = BigInt(offsets[0] ?? 0);
        aborted.push({ producerId: BigInt(producer), firstOffset, lastOffset: marker });
      }
    };
    for (const each of steps) {
      if (each.kind === "end") end(each.producer, each.commit);
      else if (each.kind === "data") {
        const offsets = open.get(each.producer) ?? [];
        offsets.push(put(each.producer, 0x10, null));
        open.set(each.producer, offsets);
      } else visible.add(put(100 + each.producer, 0, null));
    }
    for (const producer of [...open.keys()]) end(producer, false);
    return { batches, visible, aborted };
  }

  it("are left out and nothing else is, wherever a response begins and ends", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.nat(30), fc.nat(30), (steps, a, b) => {
        const { batches, visible, aborted } = writeLog(steps);
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const part = batches.slice(from, to);
        // The broker names every aborted transaction that overlaps what it returns.
        const abortedTransactions = aborted.filter(
          ({ firstOffset, lastOffset }) => Number(firstOffset) < to && lastOffset >= from,
        );
        const read = committedBatches({ abortedTransactions }, part);
        expect(read.map((batch) => Number(batch.firstOffset))).toEqual(
          [...visible].filter((offset) => offset >= from && offset < to).sort((x, y) => x - y),
        );
      }),
      { numRuns: 3000 },
    );
  });
});

it("a topic's id is written as Kafka's own tools write it", () => {
  expect(shortUuid("00000000-0000-0000-0000-000000000001")).toBe("AAAAAAAAAAAAAAAAAAAAAQ");
});

it("a canary is an event of nobody's team", () => {
  expect(canaryEvent("u", new Date("2026-11-22T23:15:00.123Z"))).toMatchObject({
    uuid: "u",
    event: "$canary",
    team_id: 0,
    timestamp: "2026-11-22 23:15:00.123",
  });
});
