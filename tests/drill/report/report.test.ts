import { describe, expect, it } from "vitest";
import type { DrillResult } from "../result.ts";
import { escape, reportHtml } from "./html.ts";

const partition = (clusterId: string, number: number, lost: number) => ({
  clusterId,
  topic: "events",
  partition: number,
  acknowledged: 1000,
  present: 980 - lost,
  deadLettered: 15,
  quarantined: 5,
  lost: { count: lost, oldestAt: 1, newestAt: 2 },
  lostThoughArchived: 0,
  duplicated: 0,
  altered: 0,
  misplaced: 0,
  abortedPresent: 0,
  inDoubtPresent: 0,
  unexplained: 0,
  firstLost: lost > 0 ? 990 : null,
  firstWrong: null,
});

export const sample: DrillResult = {
  green: true,
  red: [],
  disaster: "region-lost",
  moment: "between-put-and-commit",
  momentReached: true,
  seed: "<7>",
  eventsAcknowledged: 12_000,
  eventsPresent: 11_700,
  eventsLost: 60,
  eventsDuplicated: 0,
  deadLettered: 180,
  quarantined: 60,
  rowsFrom: { backup: 4000, archive: 1900, kafka: 0 },
  rpo: { events: 60, seconds: 21.4, boundSeconds: 35 },
  rtoSeconds: 61.2,
  phases: [
    { name: "provision", kind: "drill", startedAtSeconds: -95, seconds: 30, recovery: false },
    { name: "full backup", kind: "drill", startedAtSeconds: -60, seconds: 8, recovery: false },
    {
      name: "pulumi up --stack local-dr",
      kind: "drill",
      startedAtSeconds: 0.2,
      seconds: 58,
      recovery: true,
    },
    { name: "gate", kind: "resource", startedAtSeconds: 3, seconds: 14, recovery: true },
    { name: "postgres-server", kind: "resource", startedAtSeconds: 18, seconds: 9, recovery: true },
    { name: "recovery-prove", kind: "resource", startedAtSeconds: 40, seconds: 4, recovery: true },
  ],
  fence: { epoch: 2, kind: "lease", oldPrincipalRefused: "not-applicable", error: null },
  zombie: null,
  cursors: [{ clusterId: "new", topic: "events", partition: 0, resumeAt: 0, firstMissing: null }],
  postgres: {
    transactionsAcknowledged: 700,
    transactionsLost: 40,
    transactionsTorn: 0,
    rpoSeconds: 8.1,
  },
  archive: { held: 11_940, missing: 0 },
  aggregatesEqual: true,
  ledger: "20261122T231500Z-incr-a1b2c3",
  recoveryAttempts: 1,
  proofExitCode: 0,
  gaps: 40,
  memory: [{ program: "archive", megabytes: 140 }],
  checker: {
    eventsAcknowledged: 12_000,
    eventsPresent: 11_700,
    eventsLost: 60,
    eventsDuplicated: 0,
    deadLettered: 180,
    quarantined: 60,
    lostThoughArchived: 0,
    altered: 0,
    misplaced: 0,
    abortedPresent: 0,
    inDoubtPresent: 3,
    unexplained: 0,
    oldestLostAt: 1,
    newestLostAt: 2,
    tenants: { hidden: 0, exposed: 0, split: 0, examples: [] },
    logsCutOff: [],
    aggregatesEqual: true,
    aggregateDifferences: [],
    partitions: [0, 1, 2, 3, 4, 5].flatMap((n) => [
      partition("old", n, 10),
      partition("new", n, 0),
    ]),
  },
};

const environment = { arguments: "--events 12000", machine: "Linux" };

describe("the report", () => {
  it("is one file with its charts in it and nothing that is loaded or run", async () => {
    const html = await reportHtml(sample, environment);
    expect(html.match(/<svg /g)).toHaveLength(4);
    expect(html).not.toMatch(/<script|<link|<iframe|@import|url\(http|src=/);
    expect(html).not.toContain("NaN");
    expect(html).toContain("seed &lt;7&gt;");
    expect(html).toContain("postgres-server");
    expect(html).toContain("it names 40 offsets");
    expect(html).toContain("20261122T231500Z-incr-a1b2c3");
  });

  it("says why it is red, and what the zombie said", async () => {
    const html = await reportHtml(
      {
        ...sample,
        green: false,
        red: ["3 events are there more than once"],
        fence: {
          epoch: 2,
          kind: "broker",
          oldPrincipalRefused: true,
          error: "Group authorization failed",
        },
        zombie: {
          rowsAtCut: 5,
          rowsAfterRecovery: 5,
          lastConsumedAt: 1,
          consumesStill: false,
          errors: ["refused by <broker>"],
        },
      },
      environment,
    );
    expect(html).toContain("3 events are there more than once");
    expect(html).toContain("refused by &lt;broker&gt;");
    expect(html).toContain("Group authorization failed");
  });

  it("shows a recovery without a fence", async () => {
    const html = await reportHtml(
      {
        ...sample,
        fence: { epoch: null, kind: "none", oldPrincipalRefused: "not-applicable", error: null },
        cursors: [],
      },
      environment,
    );
    expect(html).not.toContain("Fence and cursors");
  });
});

describe("escape", () => {
  it("leaves nothing that HTML would read", () => {
    expect(escape(`<a href="x">&`)).toBe("&lt;a href=&quot;x&quot;&gt;&amp;");
  });
});
