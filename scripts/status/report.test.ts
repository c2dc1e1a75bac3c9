import { describe, expect, test } from "vitest";
import { reportOf } from "./report.ts";

const timed = (result: unknown, from: number, to: number): unknown => ({
  result,
  startedAt: new Date(1_800_000_000_000 + from * 1000).toISOString(),
  finishedAt: new Date(1_800_000_000_000 + to * 1000).toISOString(),
});

const results = {
  gate: { nextEpoch: 2, atRisk: { events: 120, seconds: 7.5, at: "2026-11-22T12:00:00Z" } },
  pick: { ledger: "l2", chain: ["l1", "l2"], rejected: [{ id: "l3", reason: "not replicated" }] },
  restore: timed(
    {
      tables: [
        { name: "events", rows: 100 },
        { name: "dead_letters", rows: 3 },
        { name: "events_hourly", rows: 9 },
      ],
      bytes: 4000,
      seconds: 2,
    },
    1,
    3,
  ),
  fence: timed({ kind: "lease", epoch: 2, oldPrincipalRefused: "not-applicable" }, 3, 4),
  replay: timed(
    { rowsInserted: 40, deadLettered: 1, quarantined: 2, bytes: 900, seconds: 3 },
    4,
    7,
  ),
  cursors: timed({ cursors: [{ partition: 0, resumeAt: 0 }], filledFromArchive: 1 }, 7, 8),
  tenancy: timed({ postgres: { timeline: 2 } }, 7, 7.5),
  prove: timed(
    {
      ...{ ok: true, present: 146, deadLettered: 4, quarantined: 2, gaps: 100 },
      partitions: [
        {
          ...{ clusterId: "old", topicId: "t", topic: "events", partition: 3, present: 90 },
          ...{ gaps: 100, gapRanges: [{ from: 100, to: 199 }] },
        },
        { ...{ clusterId: "new", topic: "events", partition: 3 }, gaps: 0, gapRanges: [] },
        "of an older version",
      ],
    },
    9,
    11,
  ),
};

describe("reportOf", () => {
  test("what a living side has left behind was counted, and is no estimate", () => {
    const fence = timed({ kind: "lease", epoch: 2, leftBehind: 0 }, 3, 4);
    expect(reportOf("r1", { ...results, fence }).rpo).toMatchObject({ events: 0, seconds: 0 });
    const some = timed({ kind: "lease", epoch: 2, leftBehind: 9 }, 3, 4);
    expect(reportOf("r1", { ...results, fence: some }).rpo).toMatchObject({
      events: 9,
      seconds: 7.5,
    });
    const unknown = timed({ kind: "lease", epoch: 2, leftBehind: null }, 3, 4);
    expect(reportOf("r1", { ...results, fence: unknown }).rpo).toMatchObject({ events: 120 });
  });

  test("joins the boxes", () => {
    const report = reportOf("r1", results);
    expect(report).toMatchObject({
      recoveryId: "r1",
      ledger: "l2",
      chain: ["l1", "l2"],
      rowsFrom: { backup: 103, archive: 44, kafka: 5 },
      rpo: { events: 120, seconds: 7.5 },
      seconds: 10,
      fence: { kind: "lease", epoch: 2 },
      postgres: { timeline: 2 },
      throughput: { restoreBytesPerSecond: 2000, replayBytesPerSecond: 300, fixedSeconds: 5 },
    });
    expect(report.phases[0]).toEqual({ name: "restore", startedAtSeconds: 0, seconds: 2 });
    expect(report.phases.map(({ name }) => name)).toEqual([
      "restore",
      "fence",
      "replay",
      "cursors",
      "tenancy",
      "prove",
    ]);
    expect(report.proof).toEqual({
      ...{ ok: true, present: 146, deadLettered: 4, quarantined: 2 },
      gaps: 100,
    });
    expect(report.gaps).toEqual([
      {
        ...{ clusterId: "old", topic: "events", partition: 3 },
        ...{ gaps: 100, gapRanges: [{ from: 100, to: 199 }] },
      },
    ]);
  });

  test("a fence by the broker loses nothing; boxes that are not there are left out", () => {
    const report = reportOf("r2", { fence: { kind: "broker" } });
    expect(report).toMatchObject({
      rpo: { events: 0, seconds: 0 },
      ledger: null,
      rowsFrom: { backup: 0, archive: 0, kafka: 0 },
      seconds: null,
      proof: null,
    });
  });
});
