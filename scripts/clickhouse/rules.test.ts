import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareHashes } from "./contenthash.ts";
import type { ContentHash } from "./contenthash.ts";
import { batches } from "./fill-archive.ts";
import { segmentBelow } from "./segments.ts";
import type { Segment } from "./segments.ts";
import { structureStatements, TABLES, tablesOf } from "./schema.ts";

const source = { clusterId: "cluster", topicId: "topic" };

describe("segments to sum again", () => {
  const segments = fc
    .array(fc.tuple(fc.nat({ max: 50 }), fc.nat({ max: 50 })), { minLength: 1, maxLength: 6 })
    .map((steps) => {
      const first: [number, number] = [0, 0];
      return steps.map(([a, b], index): Segment => {
        const segment = { id: index + 1, source, first: new Map([...first.entries()]) };
        first[0] += a;
        first[1] += b;
        return segment;
      });
    });

  it("begin at or below every offset, and the next one does not", () => {
    fc.assert(
      fc.property(segments, fc.nat({ max: 300 }), fc.nat({ max: 300 }), (all, a, b) => {
        const found = segmentBelow(
          all,
          new Map([
            [0, a],
            [1, b],
          ]),
        );
        const below = all.filter((s) => (s.first.get(0) ?? 0) <= a && (s.first.get(1) ?? 0) <= b);
        expect(found?.id).toBe(below.at(-1)?.id);
        expect(found).toBeDefined(); // The first segment begins at 0.
      }),
    );
  });
});

describe("batches of archive objects", () => {
  it("hold every object once, in order, of one partition each, within their bounds", () => {
    const object = fc.record({
      partition: fc.nat({ max: 3 }),
      size: fc.nat({ max: 90_000_000 }),
      lastOffset: fc.nat(),
      topic: fc.constant("events"),
      mixed: fc.boolean(),
      key: fc.string(),
    });
    fc.assert(
      fc.property(fc.array(object, { maxLength: 600 }), (objects) => {
        const sorted = objects.toSorted((a, b) => a.partition - b.partition);
        const out = batches(sorted);
        expect(out.flat()).toEqual(sorted);
        for (const batch of out) {
          expect(new Set(batch.map(({ partition }) => partition)).size).toBe(1);
          // One SQL reads objects of one partition, another one those of several.
          expect(new Set(batch.map(({ mixed }) => mixed)).size).toBe(1);
          const bytes = batch.reduce((sum, { size }) => sum + size, 0);
          expect(batch.length === 1 || bytes <= 64 * 1024 * 1024).toBe(true);
          expect(batch.length).toBeLessThanOrEqual(200);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("content hashes", () => {
  const one: ContentHash = {
    table: "events",
    ...source,
    partition: 1,
    rows: 10,
    sum: "18446744073709551615",
    xor: "7",
  };

  it("are equal in any order, and every difference has its line", () => {
    const two = { ...one, partition: 2 };
    expect(compareHashes([one, two], [two, one])).toEqual([]);
    expect(compareHashes([one], [{ ...one, rows: 9 }])).toEqual([
      "events, partition 1 of cluster: 10 rows expected, 9 there",
    ]);
    expect(compareHashes([one], [{ ...one, sum: "0" }])[0]).toMatch(/content differs/);
    expect(compareHashes([one], [{ ...one, xor: "0" }])[0]).toMatch(/content differs/);
    expect(compareHashes([one], [])[0]).toMatch(/none there/);
    expect(compareHashes([], [one])[0]).toMatch(/nobody expects/);
    // The same rows on another shard are other ones: there nobody looks for them.
    expect(compareHashes([one, { ...two, shard: 2 }], [{ ...one, shard: 2 }, two])).toHaveLength(4);
    expect(compareHashes([{ ...one, shard: 2 }], [])).toEqual([
      "events, partition 1 of cluster, shard 2: 10 rows expected, none there",
    ]);
  });
});

describe("structure", () => {
  it("holds nothing that consumes, and every statement can run again", () => {
    for (const replicated of [false, true]) {
      for (const statement of structureStatements({ replicated })) {
        expect(statement).toMatch(/^CREATE (DATABASE|TABLE|MATERIALIZED VIEW) IF NOT EXISTS/);
        expect(statement).not.toMatch(/ENGINE = Kafka/);
      }
    }
  });

  it("renders replicated engines with their versions", () => {
    const statements = structureStatements({ replicated: true, database: "other" }).join("\n");
    expect(statements).toContain(
      "ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', opened_at)",
    );
    expect(statements).not.toContain("posthog.");
  });

  it("spreads what carries an identity over shards by it; the rest is the first one's", () => {
    const of = (number: number): string =>
      structureStatements({ shard: { cluster: "main", number, count: 2 } }).join("\n");
    for (const [number, statements] of [of(1), of(2)].entries()) {
      for (const table of tablesOf("idempotent")) {
        expect(statements).toContain(
          `${table} AS posthog.sharded_${table}\nENGINE = Distributed('main', 'posthog', 'sharded_${table}', ` +
            "cityHash64(_cluster_id, _topic_id, _partition, _offset))",
        );
      }
      expect(statements.match(/COMMENT 'shard \d of 2'/g)).toEqual(
        tablesOf("idempotent").map(() => `COMMENT 'shard ${number + 1} of 2'`),
      );
    }
    for (const name of [...tablesOf("exact-cut", "control", "rebuilt"), "stream", "parse"]) {
      expect(of(1)).toContain(` posthog.${name} `);
      expect(of(2)).not.toContain(` posthog.${name} `);
    }
    expect(structureStatements().join("\n")).not.toMatch(/Distributed|sharded_|COMMENT/);
  });

  it("has a class for every table", () => {
    expect(tablesOf("idempotent", "exact-cut", "rebuilt", "control")).toHaveLength(TABLES.length);
    expect(tablesOf("exact-cut")).toEqual(["events_hourly"]);
  });
});
