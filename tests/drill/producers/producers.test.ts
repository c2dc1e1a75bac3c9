import { appendFileSync, mkdtempSync, rmSync, writeFileSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { seededRandom } from "../random.ts";
import { AckLogWriter, readAckLog, recordsOf, type AckBatch } from "./acklog.ts";
import { loadDataset } from "./dataset.ts";
import { EventMaker, poisonKinds, storedForm, type EventRow } from "./events.ts";
import { Pacer } from "./pace.ts";

const dataset = loadDataset();
const teams = [{ id: 3, distinctIds: ["ann", "bob"] }];

function maker(seed = "s", poisonShare = 0.02): EventMaker {
  const made = new EventMaker({ seed, dataset, random: seededRandom(seed), poisonShare });
  made.addTeams(teams);
  return made;
}

describe("events", () => {
  it("are the same for the same seed and different for another", () => {
    const uuids = (seed: string) => {
      const made = maker(seed);
      return Array.from({ length: 50 }, () => made.next().uuid.toString("hex"));
    };
    expect(uuids("a")).toEqual(uuids("a"));
    expect(uuids("a")).not.toEqual(uuids("b"));
    expect(new Set(uuids("a").filter((uuid) => !/^0+$/.test(uuid))).size).toBeGreaterThan(40);
  });

  it("carry real payloads in PostHog's shape", () => {
    const row = JSON.parse(maker("s", 0).next().value.toString()) as EventRow;
    expect(Object.keys(row)).toEqual([
      "uuid",
      "event",
      "properties",
      "timestamp",
      "team_id",
      "distinct_id",
      "elements_chain",
      "created_at",
    ]);
    expect(row.uuid).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(row.timestamp).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/);
    expect(JSON.parse(row.properties)).toMatchObject({ $lib: "web" });
  });

  it("hold at least 1 % of poison, of every kind, and odd keys and headers", () => {
    const made = maker("mix", 0.015);
    const all = Array.from({ length: 20_000 }, () => made.next());
    const poison = all.filter(({ kind }) => kind === "poison");
    expect(poison.length).toBeGreaterThan(200);
    const values = poison.map(({ value }) => value.toString());
    expect(values.some((value) => value === "{}")).toBe(true);
    expect(values.some((value) => value.startsWith("<html>"))).toBe(true);
    expect(values.some((value) => value.includes('"seven"'))).toBe(true);
    expect(poisonKinds).toHaveLength(5);
    const odd = (bytes: Buffer | null) =>
      bytes !== null && !Buffer.from(bytes.toString()).equals(bytes);
    expect(all.some(({ key }) => odd(key))).toBe(true);
    expect(all.some(({ key }) => key === null)).toBe(true);
    expect(all.some(({ headers }) => Buffer.isBuffer(headers["token"]))).toBe(true);
  });

  it("can be of exactly 1 MB", () => {
    expect(maker().next(1_000_000).value.length).toBe(1_000_000);
  });

  it("use a new team at once", () => {
    const made = maker("s", 0);
    made.addTeams([{ id: 77, distinctIds: ["new"] }]);
    expect([made.next().team, made.next().team]).toContain(77);
  });

  it("change their hash when any column changes", () => {
    const row = JSON.parse(maker("s", 0).next().value.toString()) as EventRow;
    const form = storedForm(row);
    expect(storedForm({ ...row, properties: `${row.properties} ` })).not.toBe(form);
    expect(storedForm({ ...row, team_id: row.team_id + 1 })).not.toBe(form);
    expect(storedForm({ ...row, timestamp: row.timestamp.replace(/\d$/, "7") })).not.toBe(form);
    expect(storedForm({ ...row, distinct_id: "other" })).not.toBe(form);
  });
});

describe("the acknowledgement log", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "acklog-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const bytes = (length: number) =>
    fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array));
  const record = fc.record({
    offset: fc.integer({ min: -1, max: 2 ** 50 }),
    at: fc.integer({ min: 0, max: 2 ** 45 }),
    uuid: bytes(16),
    sha256: bytes(32),
    team: fc.nat(),
    hour: fc.nat(10_000_000),
    propertiesBytes: fc.nat(2_000_000),
    kind: fc.constantFrom("valid" as const, "poison" as const),
  });
  const batch = fc.record({
    clusterId: fc.string(),
    topic: fc.string(),
    partition: fc.nat(100),
    outcome: fc.constantFrom("acknowledged" as const, "aborted" as const, "in-doubt" as const),
    records: fc.array(record, { minLength: 1, maxLength: 6 }),
  });

  async function readAll(path: string, cuts: number[] = []): Promise<AckBatch[]> {
    const batches: AckBatch[] = [];
    for await (const raw of readAckLog(path, (at) => cuts.push(at))) {
      const { clusterId, topic, partition, outcome } = raw;
      batches.push({ clusterId, topic, partition, outcome, records: [...recordsOf(raw)] });
    }
    return batches;
  }

  it("gives back what was written, and nothing of a torn tail", async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { maxLength: 5 }), fc.nat(), async (batches, cut) => {
        const path = join(folder, `log-${run++}`);
        const writer = new AckLogWriter(path);
        for (const one of batches) writer.append([one]);
        writer.close();
        const cuts: number[] = [];
        expect(await readAll(path, cuts)).toEqual(batches);
        expect(cuts).toEqual([]);
        const whole = readFileSync(path);
        writeFileSync(
          path,
          whole.subarray(0, whole.length - (whole.length === 0 ? 0 : 1 + (cut % 70))),
        );
        const some = await readAll(path, cuts);
        expect(some).toEqual(batches.slice(0, some.length));
        expect(some.length).toBe(Math.max(0, batches.length - 1));
        expect(cuts).toHaveLength(Math.min(1, batches.length));
      }),
      { numRuns: 60 },
    );
  });

  it("refuses a batch that was altered while others follow: nothing after it may be overlooked", async () => {
    const path = join(folder, "log");
    const writer = new AckLogWriter(path);
    const [one] = fc.sample(batch, { numRuns: 1, seed: 3 });
    if (one === undefined) throw new Error("no sample");
    for (let count = 0; count < 3; count++) writer.append([one]);
    writer.close();
    const bytes = readFileSync(path);
    const at = bytes.length / 3 + 40;
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    writeFileSync(path, bytes);
    await expect(readAll(path)).rejects.toThrow(/altered at byte \d+/);
  });

  it("refuses a file that is something else", async () => {
    const path = join(folder, "log");
    appendFileSync(path, "this is certainly not a log");
    await expect(readAll(path)).rejects.toThrow("no acknowledgement log");
  });
});

describe("the pacer", () => {
  it("never exceeds its rate, stops at its limit, then trickles", () => {
    const pacer = new Pacer(0);
    pacer.set({ until: 1000, rate: 500, trickle: 10 }, 0);
    let at = 0;
    while (pacer.sent < 1000 && at < 10_000) pacer.take(100, (at += 20));
    expect(at).toBeGreaterThanOrEqual(2000);
    expect(at).toBeLessThan(2100);
    const before = pacer.sent;
    for (let step = 0; step < 100; step++) pacer.take(100, (at += 20));
    expect(pacer.sent - before).toBeGreaterThanOrEqual(18);
    expect(pacer.sent - before).toBeLessThanOrEqual(21);
  });
});
