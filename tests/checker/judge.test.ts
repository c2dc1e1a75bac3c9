import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AckLogWriter, type AckRecord } from "../drill/producers/acklog.ts";
import { KnownOffsets, splitAcks, type Known } from "./acks.ts";
import { PartitionJudge, type Place, type StoredRow } from "./judge.ts";
import { Sums } from "./sums.ts";

const sha = (text: string) => createHash("sha256").update(text).digest();

function known(offset: number, change: Partial<Known> = {}): Known {
  return {
    offset,
    at: 1_000_000 + offset,
    uuid: Buffer.alloc(16, offset % 251),
    sha256: sha(`event ${offset}`),
    team: 1 + (offset % 3),
    hour: 480_000 + (offset % 5),
    propertiesBytes: 100 + offset,
    kind: "valid",
    outcome: "acknowledged",
    ...change,
  };
}

function stored(one: { offset: number; sha256: Buffer; kind?: string }, place?: Place): StoredRow {
  return {
    offset: one.offset,
    sha256: one.sha256,
    place: place ?? (one.kind === "poison" ? "dead_letters" : "events"),
  };
}

class List {
  readonly #list: Known[];
  constructor(list: readonly Known[]) {
    this.#list = [...list];
  }
  get offset(): number {
    return this.#list[0]?.offset ?? Infinity;
  }
  take(): Known {
    const first = this.#list.shift();
    if (first === undefined) throw new Error("empty");
    return first;
  }
}

function judge(
  list: readonly Known[],
  rows: readonly StoredRow[],
  inDoubt: readonly AckRecord[] = [],
  archived: readonly number[] = [],
) {
  const sums = new Sums();
  const doubts = new Map(inDoubt.map((one) => [one.sha256.toString("hex"), one]));
  const judge = new PartitionJudge(
    new List(list),
    doubts,
    (one, place) => {
      if (place === "events") sums.add(one.team, one.hour, 1, one.propertiesBytes);
    },
    (offset) => archived.includes(offset),
  );
  for (const row of rows) judge.row(row);
  return { verdict: judge.finish(), sums };
}

const sent = [
  known(0),
  known(1, { kind: "poison" }),
  known(2),
  known(3, { outcome: "aborted" }),
  known(5),
  known(6),
];
const right = sent.filter(({ outcome }) => outcome === "acknowledged").map((one) => stored(one));
const clean = {
  duplicated: 0,
  altered: 0,
  misplaced: 0,
  abortedPresent: 0,
  unexplained: 0,
  firstWrong: null,
};

describe("the judge", () => {
  it("is green when all that was acknowledged is there once; holes of transactions are no loss", () => {
    const { verdict, sums } = judge(sent, right);
    expect(verdict).toMatchObject({
      acknowledged: 5,
      present: 4,
      deadLettered: 1,
      quarantined: 0,
      firstLost: null,
      ...clean,
    });
    expect(verdict.lost.count).toBe(0);
    expect(sums.events).toBe(4);
  });

  it("sees a deleted row, in the middle and at the end, with its age", () => {
    const middle = judge(
      sent,
      right.filter(({ offset }) => offset !== 2),
    ).verdict;
    expect(middle).toMatchObject({
      lost: { count: 1, oldestAt: 1_000_002 },
      firstLost: 2,
      ...clean,
    });
    const end = judge(sent, right.slice(0, 2)).verdict;
    expect(end).toMatchObject({
      lost: { count: 3, oldestAt: 1_000_002, newestAt: 1_000_006 },
      firstLost: 2,
    });
    expect(judge(sent, []).verdict.lost.count).toBe(5);
  });

  it("tells a loss that the archive's copy had, which no recovery may leave out", () => {
    const rows = right.filter(({ offset }) => offset !== 2 && offset !== 6);
    // An aborted record may be in an archive that reads uncommitted: nobody misses it.
    expect(judge(sent, rows, [], [0, 2, 3]).verdict).toMatchObject({
      lost: { count: 2 },
      lostThoughArchived: 1,
      firstWrong: 2,
    });
    expect(judge(sent, rows, [], [0, 1]).verdict).toMatchObject({
      lost: { count: 2 },
      lostThoughArchived: 0,
      ...clean,
    });
  });

  it("sees a doubled row, in one table or in two", () => {
    const twice = right.flatMap((row) => (row.offset === 5 ? [row, row] : [row]));
    expect(judge(sent, twice).verdict).toMatchObject({ duplicated: 1, firstWrong: 5, present: 4 });
    const both = right.flatMap((row) =>
      row.offset === 5 ? [row, { ...row, place: "quarantine" as const }] : [row],
    );
    expect(judge(sent, both).verdict).toMatchObject({ duplicated: 1, firstWrong: 5 });
  });

  it("sees an altered row", () => {
    const rows = right.map((row) => (row.offset === 6 ? { ...row, sha256: sha("other") } : row));
    expect(judge(sent, rows).verdict).toMatchObject({ altered: 1, firstWrong: 6 });
  });

  it("sees rows of an aborted transaction", () => {
    const rows = [...right, stored(known(3))].sort((a, b) => a.offset - b.offset);
    expect(judge(sent, rows).verdict).toMatchObject({
      abortedPresent: 1,
      firstWrong: 3,
      acknowledged: 5,
    });
  });

  it("sees poison among events and events among dead letters", () => {
    const rows = right.map((row): StoredRow => ({
      ...row,
      place: row.place === "events" ? "dead_letters" : "events",
    }));
    expect(judge(sent, rows).verdict).toMatchObject({ misplaced: 5, firstWrong: 0 });
  });

  it("counts the quarantined apart and leaves them out of the sums", () => {
    const rows = right.map((row) =>
      row.offset === 5 ? { ...row, place: "quarantine" as const } : row,
    );
    const { verdict, sums } = judge(sent, rows);
    expect(verdict).toMatchObject({ present: 3, quarantined: 1, ...clean });
    expect(sums.events).toBe(3);
  });

  it("allows what is in doubt and nothing else that nobody sent", () => {
    const doubt = known(-1, { sha256: sha("doubt"), team: 9 });
    const rows = [...right, { offset: 7, place: "events" as const, sha256: sha("doubt") }];
    const { verdict, sums } = judge(sent, rows, [doubt]);
    expect(verdict).toMatchObject({ inDoubtPresent: 1, ...clean });
    expect(sums.events).toBe(5);
    expect(judge(sent, rows).verdict).toMatchObject({ unexplained: 1, firstWrong: 7 });
  });

  it("refuses rows out of order", () => {
    expect(() => judge(sent, [...right].reverse())).toThrow("not in order");
  });

  it("agrees with plain sets for any mix of lost, doubled and altered rows", () => {
    const fate = fc.constantFrom("kept", "lost", "doubled", "altered");
    fc.assert(
      fc.property(fc.array(fate, { maxLength: 60 }), (fates) => {
        const list = fates.map((_, offset) => known(offset * 2));
        const rows = list.flatMap((one, index) => {
          const row = stored(one);
          const fate = fates[index];
          if (fate === "lost") return [];
          if (fate === "doubled") return [row, row];
          return fate === "altered" ? [{ ...row, sha256: sha("x") }] : [row];
        });
        const count = (what: string) => fates.filter((one) => one === what).length;
        const { verdict } = judge(list, rows);
        expect(verdict.lost.count).toBe(count("lost"));
        expect(verdict.duplicated).toBe(count("doubled"));
        expect(verdict.altered).toBe(count("altered"));
        expect(verdict.present).toBe(fates.length - count("lost"));
      }),
    );
  });
});

describe("sums", () => {
  it("differ by events, by bytes and by groups", () => {
    const make = (...groups: [number, number, number, number][]) => {
      const sums = new Sums();
      for (const group of groups) sums.add(...group);
      return sums;
    };
    const mine = make([1, 480_000, 1, 10], [1, 480_000, 1, 15], [2, 480_001, 1, 5]);
    expect(mine.differences(make([1, 480_000, 2, 25], [2, 480_001, 1, 5])).count).toBe(0);
    expect(mine.differences(make([1, 480_000, 3, 25], [2, 480_001, 1, 5])).count).toBe(1);
    expect(mine.differences(make([1, 480_000, 2, 26], [2, 480_001, 1, 5])).count).toBe(1);
    expect(mine.differences(make([1, 480_000, 2, 25])).count).toBe(1);
    expect(
      mine.differences(make([1, 480_000, 2, 25], [2, 480_001, 1, 5], [3, 480_000, 1, 1])).count,
    ).toBe(1);
    expect(mine.differences(make()).examples[0]).toContain(
      "team 1, 2024-10-04T00h: 0 events of 0 bytes, sent were 2 of 25",
    );
  });
});

describe("the split logs", () => {
  it("give every partition's offsets in order, over logs and outcomes", async () => {
    const folder = mkdtempSync(join(tmpdir(), "split-"));
    try {
      const logs = ["a", "b"].map((name) => join(folder, name));
      const batch = { clusterId: "c", topic: "t" };
      const doubt = known(-1, { sha256: sha("doubt") });
      for (const [index, log] of logs.entries()) {
        const writer = new AckLogWriter(log);
        for (let start = index * 10; start < 10_000; start += 20) {
          const records = Array.from({ length: 10 }, (_, i) => known(start + i));
          const outcome = start % 100 === 0 ? "aborted" : "acknowledged";
          writer.append([{ ...batch, partition: 1, outcome, records }]);
        }
        writer.append([{ ...batch, partition: 1, outcome: "in-doubt", records: [doubt] }]);
        writer.append([{ ...batch, partition: 2, outcome: "acknowledged", records: [known(4)] }]);
        writer.close();
      }
      const split = await splitAcks([logs[0] ?? ""], join(folder, "one"));
      expect(split.partitions.map(({ partition }) => partition)).toEqual([1, 2]);
      const both = await splitAcks(logs, join(folder, "both"));
      expect([...both.inDoubt.keys()]).toEqual([doubt.sha256.toString("hex")]);
      const offsets = new KnownOffsets(both.partitions[0]?.files ?? []);
      for (let offset = 0; offset < 10_000; offset++) {
        const one = offsets.take();
        expect([one.offset, one.outcome]).toEqual([
          offset,
          Math.floor(offset / 10) % 10 === 0 ? "aborted" : "acknowledged",
        ]);
      }
      expect(offsets.offset).toBe(Infinity);
      offsets.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("refuse an offset that was given twice", async () => {
    const folder = mkdtempSync(join(tmpdir(), "split-"));
    try {
      const writer = new AckLogWriter(join(folder, "a"));
      const batch = { clusterId: "c", topic: "t", partition: 0, outcome: "acknowledged" as const };
      writer.append([
        { ...batch, records: [known(5)] },
        { ...batch, records: [known(5)] },
      ]);
      writer.close();
      await expect(splitAcks([join(folder, "a")], join(folder, "out"))).rejects.toThrow(
        "given offset 5 after 5",
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
