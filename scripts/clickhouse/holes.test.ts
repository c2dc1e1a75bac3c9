import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromOffsets, firstRanges, intersect, subtract } from "../proof/ranges.ts";
import { coalesce, holes, membership } from "./holes.ts";

const offsets = fc.uniqueArray(fc.nat({ max: 200 }), { maxLength: 120 });

describe("holes", () => {
  it("are what is not present in the window", () => {
    fc.assert(
      fc.property(offsets, fc.nat({ max: 200 }), fc.nat({ max: 60 }), (present, from, width) => {
        const inWindow = Array.from({ length: width }, (_, index) => from + index);
        expect(holes(fromOffsets(present), from, from + width)).toEqual(
          fromOffsets(inWindow.filter((offset) => !present.includes(offset))),
        );
      }),
    );
  });

  it("coalesced cover every hole, and join only what lies within the slack", () => {
    fc.assert(
      fc.property(offsets, fc.nat({ max: 10 }), (set, slack) => {
        const ranges = fromOffsets(set);
        const joined = coalesce(ranges, slack);
        expect(intersect(joined, ranges)).toEqual(ranges);
        for (const { from, to } of firstRanges(subtract(joined, ranges), Infinity)) {
          expect(to - from + 1).toBeLessThanOrEqual(slack);
        }
      }),
    );
  });

  it("tell membership in rising order", () => {
    fc.assert(
      fc.property(offsets, (set) => {
        const has = membership(fromOffsets(set));
        for (let offset = 0; offset <= 201; offset++)
          expect(has(offset)).toBe(set.includes(offset));
      }),
    );
  });
});
