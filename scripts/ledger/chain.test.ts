import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Found, pickNewest } from "./chain.ts";
import { ledgerFixture } from "./fixture.ts";
import type { Ledger } from "./schema.ts";

const full1 = ledgerFixture({ id: "20261122T100000Z-full-000001" });
const incr1 = ledgerFixture({
  id: "20261122T110000Z-incr-000002",
  chain: [full1.id, "20261122T110000Z-incr-000002"],
});
const incr2 = ledgerFixture({
  id: "20261122T120000Z-incr-000003",
  chain: [...incr1.chain, "20261122T120000Z-incr-000003"],
});
const full2 = ledgerFixture({ id: "20261122T130000Z-full-000004" });

const good = (ledger: Ledger): Found => ({
  id: ledger.id,
  epoch: ledger.epoch,
  opened: { ok: true, ledger },
});
const bad = (ledger: Ledger, reason = "altered"): Found => ({
  id: ledger.id,
  epoch: ledger.epoch,
  opened: { ok: false, reason },
});
const pass = (): Promise<undefined> => Promise.resolve(undefined);
const ids = (chain: readonly Ledger[] | undefined): string[] | undefined =>
  chain?.map(({ id }) => id);

describe("pickNewest", () => {
  it("finds nothing in nothing", async () => {
    expect(await pickNewest([], "main", pass)).toEqual({ chain: undefined, rejected: [] });
  });

  it("takes the newest, whatever the order of the listing", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([full1, incr1, incr2, full2], { minLength: 4 }),
        async (ledgers) => {
          const { chain, rejected } = await pickNewest(ledgers.map(good), "main", pass);
          expect(ids(chain)).toEqual([full2.id]);
          expect(rejected).toEqual([]);
        },
      ),
    );
  });

  it("falls back to the previous chain and says why", async () => {
    const { chain, rejected } = await pickNewest(
      [good(full1), good(incr1), good(incr2), bad(full2, "truncated")],
      "main",
      (candidate) => Promise.resolve(candidate.length === 3 ? "an object is missing" : undefined),
    );
    expect(ids(chain)).toEqual([full1.id, incr1.id]);
    expect(rejected).toEqual([
      { id: full2.id, reason: "truncated" },
      { id: incr2.id, reason: "an object is missing" },
    ]);
  });

  it.each([
    [
      "is not here",
      [good(full1), good(incr2)],
      /needs the ledger of .*incr-000002, which is not here/,
    ],
    ["is altered", [good(full1), bad(incr1), good(incr2)], /incr-000002: altered/],
  ])("passes over a chain of which a member %s", async (_what, found, reason) => {
    const { chain, rejected } = await pickNewest(found, "main", pass);
    expect(ids(chain)).toEqual([full1.id]);
    expect(rejected[0]?.reason).toMatch(reason);
  });

  it("holds a higher epoch for newer than a later backup of a lower one", async () => {
    const takenOver = ledgerFixture({ id: "20261122T090000Z-full-000005", epoch: 2 });
    const { chain } = await pickNewest([good(full2), good(takenOver)], "main", pass);
    expect(ids(chain)).toEqual([takenOver.id]);
  });

  it.each([
    ["another line", { line: "drill-1" }, /another name/],
    ["another epoch than its folder", { epoch: 5 }, /another name/],
    ["another id than its key", { id: "20261122T140000Z-full-0000aa" }, /another name/],
    ["a chain without itself", { chain: [full1.id] }, /does not end in itself|chain says/],
    ["a parent of a lower epoch", { epoch: 2, chain: [full1.id, full2.id] }, /leaves its epoch/],
    ["a full backup in the middle", { chain: [full1.id, full2.id] }, /full backup .* at place 2/],
  ] as [string, Partial<Ledger>, RegExp][])(
    "passes over a ledger with %s",
    async (_what, change, reason) => {
      const odd = { ...full2, ...change };
      const epoch = change.chain === undefined ? full2.epoch : odd.epoch;
      const found = { id: full2.id, epoch, opened: { ok: true as const, ledger: odd } };
      const { chain, rejected } = await pickNewest([good(full1), found], "main", pass);
      expect(ids(chain)).toEqual([full1.id]);
      expect(rejected[0]?.reason).toMatch(reason);
    },
  );
});
