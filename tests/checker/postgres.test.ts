import { describe, expect, it } from "vitest";
import { judgeTransactions, tenancyOf } from "./postgres.ts";

/** One a second; the disaster strikes at second 100. */
const logged = Array.from({ length: 200 }, (_, n) => ({
  token: `t${n}`,
  team: n,
  persons: 3,
  // Nobody commits while the server is away.
  at: (n <= 100 ? n : n + 60) * 1000,
}));
const loss = { at: 100_000, until: 100_400 };
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, n) => from + n);
const stored = (...teams: number[]) => new Map(teams.map((n) => [`t${n}`, { id: n, persons: 3 }]));
const judged = (...teams: number[]) => judgeTransactions(logged, stored(...teams), loss);

describe("transactions", () => {
  it("are all there", () => {
    expect(judged(...numbers(0, 199))).toEqual({
      transactionsAcknowledged: 200,
      transactionsLost: 0,
      transactionsTorn: 0,
      newestPresentAt: 100_000,
      oldestLostAt: null,
      transactionsSkipped: 0,
      transactionsLostAfter: 0,
    });
  });

  it("that are missing at the end are lost; the newest that is there and the oldest lost say how much", () => {
    expect(judged(...numbers(0, 92), ...numbers(101, 199))).toMatchObject({
      transactionsLost: 8,
      newestPresentAt: 92_000,
      oldestLostAt: 93_000,
      transactionsSkipped: 0,
      transactionsLostAfter: 0,
    });
    expect(judged()).toMatchObject({
      transactionsLost: 200,
      newestPresentAt: null,
      oldestLostAt: 0,
    });
  });

  it("that are missing in the middle are skipped, whatever is there after them", () => {
    const hole = judged(...numbers(0, 9), ...numbers(12, 98), ...numbers(101, 199));
    expect(hole).toMatchObject({
      transactionsLost: 4,
      transactionsSkipped: 2,
      newestPresentAt: 98_000,
      oldestLostAt: 10_000,
    });
  });

  it("that the recovered server took and lost are told apart", () => {
    expect(judged(...numbers(0, 150), ...numbers(153, 199))).toMatchObject({
      transactionsLost: 2,
      transactionsSkipped: 0,
      transactionsLostAfter: 2,
    });
    expect(judged(...numbers(0, 190))).toMatchObject({ transactionsLostAfter: 9 });
  });

  it("that were answered late while the server died belong to the time before", () => {
    const late = [...logged.slice(0, 101), { token: "late", team: 500, persons: 3, at: 102_300 }];
    expect(judgeTransactions(late, stored(...numbers(0, 100)), loss)).toMatchObject({
      transactionsLost: 1,
      transactionsLostAfter: 0,
    });
  });

  it("are torn without their persons or under another id", () => {
    const torn = stored(...numbers(0, 199));
    torn.set("t2", { id: 2, persons: 1 });
    torn.set("t3", { id: 30, persons: 3 });
    expect(judgeTransactions(logged, torn, loss).transactionsTorn).toBe(2);
  });
});

describe("teams", () => {
  it("are there, or there as another team that got a lost one's id", () => {
    const log = [
      { token: "a", team: 1, persons: 3, at: 10 },
      { token: "b", team: 2, persons: 3, at: 20 },
      { token: "c", team: 2, persons: 3, at: 900 },
    ];
    const { present, own } = tenancyOf(
      log,
      new Map([
        ["a", { id: 1, persons: 3 }],
        ["c", { id: 2, persons: 3 }],
        ["other", { id: 7, persons: 0 }],
      ]),
      100,
    );
    expect([...present].sort()).toEqual([1, 2, 7]);
    expect([...own]).toEqual([1]);
  });
});
