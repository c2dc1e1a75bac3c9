import { describe, expect, test } from "vitest";
import { isProtected, judge, type Facts } from "./judge.ts";

const now = Date.parse("2026-11-22T12:00:00Z");
const at = (secondsAgo: number): string => new Date(now - secondsAgo * 1000).toISOString();
const limits = { proofSeconds: 86_400, backupSeconds: 90_000, lagSeconds: 60 };

const good = {
  now,
  stack: "local",
  owner: "me",
  epoch: 2,
  line: "main",
  replicates: true,
  fence: {
    epoch: 2,
    owner: "me",
    stack: "local",
    role: "primary",
    region: "east",
    recoveryId: "r",
    kind: "lease",
    reason: "test",
    time: at(5000),
  },
  lease: {
    epoch: 2,
    owner: "me",
    stack: "local",
    region: "east",
    clusterId: "k",
    renewedAt: at(2),
    ttlSeconds: 15,
    renewSeconds: 3,
    canaryLatencySeconds: 0.6,
    sequence: 9,
  },
  archiver: { time: at(3), stack: "local", epoch: 2, flushSeconds: 5, lag: 12, lastFlushAt: at(4) },
  replicator: { time: at(3), pending: 1, lagSeconds: 4 },
  proof: {
    at: at(600),
    stack: "local",
    epoch: 2,
    ok: true,
    expected: 900,
    missing: 0,
    duplicated: 0,
    reasons: [],
  },
  backup: { id: "b1", epoch: 2, createdAt: at(3000), ok: true, problem: null },
} satisfies Facts;

const bad: [string, Partial<Facts>, string][] = [
  ["nobody holds the line", { fence: undefined }, "epoch"],
  ["fenced by another", { fence: { ...good.fence, owner: "they" } }, "epoch"],
  ["a connection of the time before", { epoch: 1 }, "epoch"],
  ["no lease", { lease: undefined }, "lease"],
  ["a lease that is over", { lease: { ...good.lease, renewedAt: at(16) } }, "lease"],
  ["no archiver ever", { archiver: undefined }, "archive"],
  ["an archiver that fell silent", { archiver: { ...good.archiver, time: at(60) } }, "archive"],
  [
    "only the archiver of an earlier epoch",
    { archiver: { ...good.archiver, epoch: 1 } },
    "archive",
  ],
  [
    "an archiver that writes nothing",
    { archiver: { ...good.archiver, lastFlushAt: at(300) } },
    "archive",
  ],
  ["no replicator ever", { replicator: undefined }, "replication"],
  [
    "replication far behind",
    { replicator: { ...good.replicator, lagSeconds: 600 } },
    "replication",
  ],
  ["a vault nobody asked", { backup: undefined }, "backup"],
  ["no backup", { backup: { ...good.backup, id: null, ok: false } }, "backup"],
  ["a backup that does not verify", { backup: { ...good.backup, ok: false } }, "backup"],
  ["an old backup", { backup: { ...good.backup, createdAt: at(100_000) } }, "backup"],
  ["never proven", { proof: undefined }, "proof"],
  [
    "a red proof",
    { proof: { ...good.proof, ok: false, reasons: ["1 event is missing"] } },
    "proof",
  ],
  ["a proof of the epoch before", { proof: { ...good.proof, epoch: 1 } }, "proof"],
  ["a proof of nothing", { proof: { ...good.proof, expected: 0 } }, "proof"],
  ["an old proof", { proof: { ...good.proof, at: at(100_000) } }, "proof"],
];

describe("status", () => {
  test("green only when everything good is known", () => {
    expect(judge(good, limits).filter(({ ok }) => !ok)).toEqual([]);
    expect(isProtected(good, limits)).toBe(true);
  });

  test.each(bad)("red: %s", (_what, part, name) => {
    const reds = judge({ ...good, ...part }, limits).filter(({ ok }) => !ok);
    expect(reds.map((check) => check.name)).toContain(name);
  });

  test("after a recovery: unprotected until archiver and a backup of the new epoch are there", () => {
    const standby = { ...good, replicates: false, replicator: undefined };
    expect(isProtected(standby, limits)).toBe(true);
    expect(isProtected({ ...standby, backup: { ...good.backup, epoch: 1 } }, limits)).toBe(false);
    expect(isProtected({ ...standby, archiver: undefined }, limits)).toBe(false);
  });
});
