import fc from "fast-check";
import { expect, test } from "vitest";
import { provePartition } from "./partition.ts";
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
