import fc from "fast-check";
import { expect, test } from "vitest";
import { nothing } from "./archive.ts";
import { nothingPresent, provePartition, type PartitionInput } from "./partition.ts";
import { fromOffsets } from "./ranges.ts";

const identity = { clusterId: "c", topicId: "t", topic: "events", partition: 0 };
const offsets = fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 30 });

test("acknowledged = present + dead-lettered + quarantined + empty + missing, whatever happened", () => {
  fc.assert(
    fc.property(
      // For every offset: what became of it, and which sources know it.
      fc.array(
        fc.record({
          fate: fc.constantFrom("hole", "event", "dead", "quarantine", "empty", "lost"),
          archived: fc.boolean(),
          inKafka: fc.boolean(),
        }),
        { maxLength: 60 },
      ),
      (log) => {
        const pick = (keep: (each: (typeof log)[number]) => boolean) =>
          fromOffsets(log.flatMap((each, offset) => (keep(each) ? [offset] : [])));
        const real = (each: (typeof log)[number]) => each.fate !== "hole";
        const proof = provePartition({
          identity,
          present: {
            tables: {
              events: pick(({ fate }) => fate === "event"),
              dead_letters: pick(({ fate }) => fate === "dead"),
              quarantine: pick(({ fate }) => fate === "quarantine"),
            },
            repeatedRows: 0,
          },
          archive: {
            offsets: pick((each) => real(each) && each.archived),
            empty: pick((each) => each.fate === "empty" && each.archived),
          },
          kafka: {
            offsets: pick((each) => real(each) && each.inKafka),
            empty: pick((each) => each.fate === "empty" && each.inKafka),
          },
          trusted: [],
        });
        const known = log.filter((each) => real(each) && (each.archived || each.inKafka));
        const count = (fate: string) => known.filter((each) => each.fate === fate).length;
        expect(proof.expected).toBe(known.length);
        expect(proof.missing).toBe(count("lost"));
        expect(proof.empty).toBe(count("empty"));
        expect(proof.duplicated).toBe(0);
        expect(proof.present + proof.deadLettered + proof.quarantined).toBe(
          count("event") + count("dead") + count("quarantine") + proof.unverifiable,
        );
      },
    ),
    { numRuns: 500 },
  );
});

const of = (part: Partial<PartitionInput>) =>
  provePartition({
    identity,
    present: nothingPresent,
    archive: nothing,
    kafka: nothing,
    trusted: [],
    ...part,
  });
const archive = (...offsets: number[]) => ({ offsets, empty: [] });
const events = (...ranges: number[]) => ({
  ...nothingPresent,
  tables: { ...nothingPresent.tables, events: ranges },
});

test("an object that never arrived is a gap of its cluster, named and not missing", () => {
  const held = { present: events(0, 99, 200, 299), archive: archive(0, 99, 200, 299), gapsFrom: 0 };
  expect(of(held)).toMatchObject({
    expected: 200,
    missing: 0,
    gaps: 100,
    gapRanges: [{ from: 100, to: 199 }],
  });
  // Of a cluster that is there Kafka itself was asked: it has no such record.
  const { gapsFrom: _, ...live } = held;
  expect(of(live)).toMatchObject({ gaps: 0, gapRanges: [] });
});

test("a gap lies between known offsets: what a backup brought back closes it, a cut begins it", () => {
  const known = { archive: archive(50, 99, 150, 199) };
  expect(of({ ...known, gapsFrom: 0 }).gapRanges).toEqual([{ from: 100, to: 149 }]);
  expect(of({ ...known, present: events(0, 119), gapsFrom: 0 }).gapRanges).toEqual([
    { from: 120, to: 149 },
  ]);
  expect(of({ ...known, gapsFrom: 40 })).toMatchObject({
    gaps: 60,
    gapRanges: [
      { from: 40, to: 49 },
      { from: 100, to: 149 },
    ],
  });
  expect(of({ gapsFrom: 7 }).gaps).toBe(0);
});

test("the widest gaps are named, not the many marks of transactions before them", () => {
  const marked = Array.from({ length: 100 }, (_, n) => [n * 10, n * 10 + 8]).flat();
  const proof = of({ archive: archive(...marked, 1100, 1200), gapsFrom: 0 });
  expect(proof.gaps).toBe(99 + 101);
  expect(proof.gapRanges).toHaveLength(20);
  expect(proof.gapRanges.at(-1)).toEqual({ from: 999, to: 1099 });
});

test("an identity in two tables is there twice", () => {
  fc.assert(
    fc.property(offsets, offsets, (events, dead) => {
      const proof = provePartition({
        identity,
        present: {
          tables: {
            events: fromOffsets(events),
            dead_letters: fromOffsets(dead),
            quarantine: [],
          },
          repeatedRows: 3,
        },
        archive: { offsets: [], empty: [] },
        kafka: { offsets: [], empty: [] },
        trusted: [0, 40],
      });
      expect(proof.duplicated).toBe(3 + events.filter((offset) => dead.includes(offset)).length);
      expect(proof.unverifiable).toBe(0);
      expect(proof.expected).toBe(new Set([...events, ...dead]).size);
    }),
  );
});
