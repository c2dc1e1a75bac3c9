import { describe, expect, it } from "vitest";
import type { CheckResult } from "../checker/check.ts";
import type { PostgresCheck } from "../checker/postgres.ts";
import type { DrillRecord } from "./drill.ts";
import type { DrillOptions } from "./options.ts";
import { disasters, type Disaster } from "./plan.ts";
import { resultOf } from "./result.ts";

const at = 1_800_000_000_000;
const ago = (seconds: number): number => at - seconds * 1000;

const nothingWrong: CheckResult = {
  eventsAcknowledged: 20_000,
  eventsPresent: 19_700,
  eventsLost: 0,
  lostThoughArchived: 0,
  eventsDuplicated: 0,
  deadLettered: 300,
  quarantined: 0,
  altered: 0,
  misplaced: 0,
  abortedPresent: 0,
  inDoubtPresent: 5,
  unexplained: 0,
  oldestLostAt: null,
  newestLostAt: null,
  tenants: { hidden: 0, exposed: 0, split: 0, examples: [] },
  logsCutOff: [],
  aggregatesEqual: true,
  aggregateDifferences: [],
  partitions: [],
};
const allThere: PostgresCheck = {
  transactionsAcknowledged: 400,
  transactionsLost: 0,
  transactionsTorn: 0,
  newestPresentAt: ago(0.1),
  oldestLostAt: null,
  transactionsSkipped: 0,
  transactionsLostAfter: 0,
};
/** What the loss of PostgreSQL, and with it of the newest teams, rightly leaves. */
const teamsLost: Partial<CheckResult> = { eventsPresent: 19_500, quarantined: 200 };
const newestLost: Partial<PostgresCheck> = {
  transactionsLost: 60,
  newestPresentAt: ago(9),
  oldestLostAt: ago(8.9),
};

function reds(
  disaster: Disaster,
  checked: Partial<CheckResult> = {},
  postgres: Partial<PostgresCheck> = {},
  record: Partial<DrillRecord> = {},
): readonly string[] {
  const fence = { epoch: 2, kind: "broker", oldPrincipalRefused: true };
  const base = {
    plan: { moment: "quiet" },
    momentReached: true,
    struck: { at, until: at + 300, killed: 9, zombies: [] },
    before: { kafka: { clusterId: "old" } },
    after: { recovery: { fence } },
    timeline: { stretches: [] },
    counted: { events: 20_000, transactions: 400 },
    recoveredAt: at + 60_000,
    archived: null,
    attempts: 1,
    proof: { exitCode: 0, result: { expected: 20_000, sources: ["archive", "kafka"] } },
  };
  return resultOf(
    { disaster, seed: "s" } as DrillOptions,
    { ...base, ...record } as unknown as DrillRecord,
    { ...nothingWrong, ...checked },
    { ...allThere, ...postgres },
    null,
    [],
  ).red;
}

describe("a drill is green", () => {
  it.each(disasters)("%s: nothing lost", (disaster) => {
    expect(reds(disaster)).toEqual([]);
  });

  it.each(["region-lost", "postgres-lost"] as const)(
    "%s: the newest teams are lost and their events in quarantine",
    (disaster) => {
      expect(reds(disaster, teamsLost, newestLost)).toEqual([]);
    },
  );

  it("region-lost: the newest events are lost within the bound", () => {
    const lost = { eventsLost: 50, oldestLostAt: ago(30), newestLostAt: at + 900 };
    expect(reds("region-lost", { ...teamsLost, ...lost }, newestLost)).toEqual([]);
  });

  it("producers that were killed counted less than their logs hold", () => {
    const counted = { events: 19_000, transactions: 390 };
    expect(reds("region-lost", {}, {}, { counted })).toEqual([]);
  });
});

describe("a drill is red", () => {
  it.each(["clickhouse-lost", "zookeeper-lost"] as const)(
    "%s: anything in quarantine, since no team was lost",
    (disaster) => {
      expect(reds(disaster, { quarantined: 1 })).toEqual([
        "1 events are in quarantine, and PostgreSQL has lost no team",
      ]);
    },
  );

  it.each(disasters)("%s: events on the wrong side of the wall between tenants", (disaster) => {
    for (const wrong of ["hidden", "exposed", "split"]) {
      const tenants = { hidden: 0, exposed: 0, split: 0, examples: ["team 7"], [wrong]: 3 };
      expect(reds(disaster, { tenants })).toEqual([expect.stringMatching(/^3 events .*team 7/)]);
    }
  });

  it("a hole in the middle of PostgreSQL's transactions, whatever is there after it", () => {
    const hole = { transactionsLost: 1, transactionsSkipped: 1, oldestLostAt: ago(5) };
    expect(reds("region-lost", {}, hole)).toEqual([
      "1 transactions are lost although later ones are there",
    ]);
    expect(reds("postgres-lost", {}, { ...hole, oldestLostAt: ago(3600) })).toHaveLength(2);
  });

  it("a transaction that the recovered server lost", () => {
    const after = { transactionsLost: 1, transactionsLostAfter: 1, oldestLostAt: at + 90_000 };
    expect(reds("postgres-lost", {}, after)).toEqual([
      "1 transactions that were acknowledged after the disaster are lost",
    ]);
  });

  it("transactions lost from further back than the bound, or by a server that was not lost", () => {
    const old = { transactionsLost: 900, newestPresentAt: ago(60), oldestLostAt: ago(59.9) };
    expect(reds("region-lost", {}, old)).toEqual([expect.stringContaining("60.0 s before")]);
    expect(reds("zookeeper-lost", {}, newestLost)).toEqual([
      expect.stringContaining("60 transactions are lost"),
    ]);
  });

  it("no acknowledgements, or fewer than were counted", () => {
    const none = { eventsAcknowledged: 0, eventsPresent: 0, deadLettered: 0 };
    expect(reds("region-lost", none)).toEqual([
      expect.stringContaining("no event was acknowledged"),
      "the logs hold 0 acknowledged events, the producers counted 20000",
    ]);
    expect(reds("region-lost", { eventsAcknowledged: 19_500 })).toHaveLength(1);
    expect(reds("region-lost", { logsCutOff: ["plain.acks"] })).toEqual([
      expect.stringContaining("plain.acks ends within a batch"),
    ]);
    expect(reds("region-lost", {}, { transactionsAcknowledged: 0 })).toHaveLength(2);
    expect(reds("region-lost", {}, { transactionsAcknowledged: 399 })).toHaveLength(1);
  });

  it("a green proof that knew of nothing, or left a source out", () => {
    for (const result of [
      { expected: 0, sources: ["archive", "kafka"] },
      { expected: 20_000, sources: ["kafka"] },
      undefined,
    ]) {
      expect(reds("region-lost", {}, {}, { proof: { exitCode: 0, result } })).toEqual([
        expect.stringContaining("proves nothing"),
      ]);
    }
  });

  it("an event lost where none may be, from too far back, or after the disaster", () => {
    const lost = { eventsLost: 1, oldestLostAt: ago(3), newestLostAt: ago(3) };
    for (const disaster of disasters.filter((one) => one !== "region-lost")) {
      expect(reds(disaster, lost)).toEqual(["1 events are lost"]);
    }
    expect(reds("region-lost", { ...lost, oldestLostAt: ago(40) })).toHaveLength(1);
    expect(reds("region-lost", { ...lost, newestLostAt: at + 9000 })).toHaveLength(1);
  });
});
