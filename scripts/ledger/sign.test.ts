import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "./canonical.ts";
import { keyPair, ledgerFixture } from "./fixture.ts";
import { newBackupId, shardCount } from "./schema.ts";
import { openLedger, signLedger } from "./sign.ts";

const pair = keyPair();
const trust = { k1: pair.publicKey };
const text = JSON.stringify(signLedger(ledgerFixture(), pair.privateKey));

/** The same value with the members of every object in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, shuffled(member)]),
  );
}

describe("canonical JSON", () => {
  it("is one text a value, whatever the order of members, and keeps the value", () => {
    const strings = { stringUnit: "grapheme" } as const;
    fc.assert(
      fc.property(fc.jsonValue(strings), (value) => {
        const canonical = canonicalJson(value);
        expect(canonicalJson(shuffled(value))).toBe(canonical);
        expect(JSON.parse(canonical)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it.each([
    [{ b: 1, a: [true, null, "\u20ac\n"] }, '{"a":[true,null,"€\\n"],"b":1}'],
    [{ 10: 1, 9: 2, a: undefined }, '{"10":1,"9":2}'],
    [1e21, "1e+21"],
    [-0, "0"],
  ])("writes %j as RFC 8785 does", (value, expected) => {
    expect(canonicalJson(value)).toBe(expected);
  });

  it.each([Number.NaN, Infinity, "\ud800", undefined, 1n])("refuses %s", (value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });
});

describe("signed ledger", () => {
  it("opens with a trusted key, whatever the order and spacing of the text", () => {
    const rewritten = JSON.stringify(shuffled(JSON.parse(text)), null, 2);
    expect(openLedger(text, trust)).toEqual({ ok: true, ledger: ledgerFixture() });
    expect(openLedger(rewritten, trust)).toMatchObject({ ok: true });
  });

  it("opens with any key of the list while keys are rotated", () => {
    const next = keyPair();
    const signed = signLedger(ledgerFixture({ keyId: "k2" }), next.privateKey);
    const both = { ...trust, k2: next.publicKey };
    expect(openLedger(JSON.stringify(signed), both).ok).toBe(true);
    expect(openLedger(text, both).ok).toBe(true);
  });

  it("never opens after a change of one character", () => {
    fc.assert(
      fc.property(
        fc.nat(text.length - 1),
        fc.string({ minLength: 1, maxLength: 1 }),
        (at, char) => {
          const altered = text.slice(0, at) + char + text.slice(at + 1);
          const opened = openLedger(altered, trust);
          // What parses to the same value is the same ledger (for example other white space).
          if (opened.ok) expect(opened.ledger).toEqual(ledgerFixture());
        },
      ),
      { numRuns: 1000 },
    );
  });

  const foreign = keyPair();
  it.each([
    ["truncated", text.slice(0, -20), /no JSON/],
    ["empty", "", /no JSON/],
    ["unsigned", JSON.stringify(ledgerFixture()), /no signed ledger/],
    ["altered", text.replace('"epoch":1', '"epoch":2'), /does not fit/],
    [
      "signed by a stranger under a trusted id",
      JSON.stringify(signLedger(ledgerFixture(), foreign.privateKey)),
      /does not fit/,
    ],
    [
      "signed by an unknown key",
      JSON.stringify(signLedger(ledgerFixture({ keyId: "k9" }), foreign.privateKey)),
      /"k9".*not trusted.*k1/,
    ],
    ["naming a member of Object", text.replaceAll('"k1"', '"toString"'), /"toString".*not trusted/],
    [
      "of a newer version",
      JSON.stringify(signLedger({ ...ledgerFixture(), version: 3 } as never, pair.privateKey)),
      /version/,
    ],
  ])("refuses one that is %s", (_what, input, reason) => {
    expect(openLedger(input, trust)).toMatchObject({
      ok: false,
      reason: expect.stringMatching(reason) as string,
    });
  });

  it("reads one of a single server, and one of several shards", () => {
    const one = ledgerFixture();
    const [place] = one.clickhouse.backups;
    const backups = place === undefined ? [] : [{ ...place, others: ["bulk-2", "bulk-3"] }];
    const three = ledgerFixture({ version: 2, clickhouse: { ...one.clickhouse, backups } });
    for (const [ledger, shards] of [
      [one, 1],
      [three, 3],
    ] as const) {
      const opened = openLedger(JSON.stringify(signLedger(ledger, pair.privateKey)), trust);
      expect(opened).toEqual({ ok: true, ledger });
      expect(shardCount(ledger)).toBe(shards);
    }
  });

  it("refuses to sign with another kind of key", () => {
    expect(() => signLedger(ledgerFixture(), "nonsense")).toThrow();
  });
});

it("names a backup by its second and kind", () => {
  const now = new Date("2026-11-22T23:15:00.123Z");
  expect(newBackupId("full", now, "a1b2c3")).toBe("20261122T231500Z-full-a1b2c3");
  expect(newBackupId("incremental", now, "a1b2c3")).toBe("20261122T231500Z-incr-a1b2c3");
});
