import { describe, expect, it } from "vitest";
import { judgeTransactions } from "./postgres.ts";

const logged = [1, 2, 3, 4].map((n) => ({ token: `t${n}`, team: n, persons: 3, at: n * 1000 }));
const stored = (...teams: number[]) => new Map(teams.map((n) => [`t${n}`, { id: n, persons: 3 }]));

describe("transactions", () => {
  it("are all there", () => {
    expect(judgeTransactions(logged, stored(1, 2, 3, 4), 3500)).toEqual({
      transactionsAcknowledged: 4,
      transactionsLost: 0,
      transactionsTorn: 0,
      newestPresentAt: 3000,
    });
  });

  it("that are missing are lost, and the newest before the disaster says how much", () => {
    expect(judgeTransactions(logged, stored(1, 2, 4), 3500)).toMatchObject({
      transactionsLost: 1,
      newestPresentAt: 2000,
    });
    expect(judgeTransactions(logged, stored(), 3500)).toMatchObject({
      transactionsLost: 4,
      newestPresentAt: null,
    });
  });

  it("are torn without their persons or under another id", () => {
    const torn = stored(1, 2, 3, 4);
    torn.set("t2", { id: 2, persons: 1 });
    torn.set("t3", { id: 30, persons: 3 });
    expect(judgeTransactions(logged, torn, 9000).transactionsTorn).toBe(2);
  });
});
