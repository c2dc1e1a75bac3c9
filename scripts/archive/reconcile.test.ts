import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeRecord } from "./envelope.ts";
import { type Line, reconcile } from "./reconcile.ts";

const line = (offset: number, value = `v${offset}`): Line => ({
  offset,
  text: encodeRecord({
    topic: "t",
    partition: 0,
    offset,
    timestamp: 1,
    key: null,
    value: Buffer.from(value),
    headers: [],
  }),
});
const lines = (...offsets: number[]): Line[] => offsets.map((offset) => line(offset));

describe("reconcile", () => {
  it.each([
    ["equal records", lines(3, 4), lines(3, 4), []],
    ["a prefix of ours", lines(3), lines(3, 4, 6), [4, 6]],
    ["one that began later", lines(4, 5), lines(3, 4, 5), [3]],
    ["one that began earlier", lines(1, 2, 3, 4), lines(3, 4), []],
  ])("goes on after %s", (_what, existing, ours, rest) => {
    const result = reconcile(existing, ours);
    expect(result.ok && result.rest.map(({ offset }) => offset)).toEqual(rest);
  });

  it.each([
    ["differs", [line(3), line(4, "other")], lines(3, 4), 4],
    ["is not in Kafka", lines(3, 4, 5), lines(3, 5), 4],
    ["is no envelope", [{ offset: 3, text: "{}" }], lines(3), 3],
  ])("stops at a record that %s", (_what, existing, ours, offset) => {
    expect(reconcile(existing, ours)).toEqual({ ok: false, offset });
  });

  it("takes a record for the same however its JSON is written", () => {
    const spaced = { offset: 3, text: JSON.stringify(JSON.parse(line(3).text), null, 1) };
    expect(reconcile([spaced], lines(3))).toEqual({ ok: true, rest: [] });
  });

  it("loses nothing: what is there and the rest are together what we had", () => {
    const offsets = fc.uniqueArray(fc.nat(50)).map((all) => all.sort((a, b) => a - b));
    fc.assert(
      fc.property(offsets, fc.nat(50), fc.nat(50), (all, from, count) => {
        const ours = all.map((offset) => line(offset));
        const existing = ours.slice(from, from + count);
        const result = reconcile(existing, ours);
        const union = result.ok ? [...existing, ...result.rest] : [];
        expect(union.map(({ offset }) => offset).sort((a, b) => a - b)).toEqual(all);
      }),
    );
  });
});
