import { setTimeout } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { startServers } from "../../tests/harness/clickhouse.ts";
import { cleanUpAfterFile, onCleanup } from "../../tests/harness/process.ts";
import { silentReporter } from "../../tests/harness/reporter.ts";
import { ClickHouse } from "./client.ts";
import { collapseDuplicates } from "./collapse.ts";
import { eventMessage, stored } from "./fixture.ts";
import { countArrivals } from "./present.ts";
import {
  closeQuarantine,
  openQuarantine,
  quarantined,
  quarantineOrphans,
  releaseTeam,
} from "./quarantine.ts";
import { openSegment, type Segment, sumAgain } from "./segments.ts";
import { createStructure, onEveryShard } from "./shards.ts";

/** What must hold of lost teams' events, however many servers hold them. */
export function quarantineSuite(shards: number): void {
  cleanUpAfterFile();

  let clickhouse: ClickHouse;
  const source = { clusterId: "cluster", topicId: "topic" };

  /** As a consumed block: one event of each of the teams 1 to 5 in each of 10 rounds. */
  async function insert(from: number, count: number, segment = 1, partition = 0): Promise<void> {
    await clickhouse.insertThrough(
      `INSERT INTO posthog.stream
     SELECT v, 'cluster', 'topic', 'events', ${partition}, o, toDateTime64(1e9, 3, 'UTC'), ${segment}
     FROM input('v String, o UInt64')`,
      Array.from({ length: count }, (_, index) => ({
        v: eventMessage(from + index),
        o: from + index,
      })),
    );
  }

  const teamsOf = async (table: string): Promise<Record<string, number>> => {
    const rows = await clickhouse.query<{ team: number; n: number }>(
      `SELECT team_id AS team, ${table === "events_hourly" ? "sum(events)" : "count()"} AS n
     FROM posthog.${table} GROUP BY team ORDER BY team`,
    );
    return Object.fromEntries(rows.map(({ team, n }) => [team, n]));
  };

  beforeAll(async () => {
    const { connection } = await startServers(shards);
    clickhouse = new ClickHouse(connection);
    onCleanup(() => clickhouse.close());
    await createStructure(clickhouse, { replicated: false });
    await openSegment(clickhouse, source, "events", new Map([[0, 0]]));
  });

  describe("quarantine", () => {
    it("takes nobody while there is no rule", async () => {
      await insert(0, 50);
      expect(await teamsOf("events")).toEqual({ 1: 10, 2: 10, 3: 10, 4: 10, 5: 10 });
      expect(await quarantined(clickhouse)).toEqual([]);
    });

    it("takes every unknown team while it is open, and lets new teams in once it is closed", async () => {
      await openQuarantine(clickhouse, [1, 2, 3]);
      await insert(50, 50);
      expect(await teamsOf("quarantine")).toEqual({ 4: 10, 5: 10 });
      await closeQuarantine(clickhouse, [1, 2, 3], 5);
      await insert(100, 50);
      expect(await teamsOf("quarantine")).toEqual({ 4: 20, 5: 10 });
      expect(await teamsOf("events")).toEqual({ 1: 30, 2: 30, 3: 30, 4: 10, 5: 20 });
    });

    it("moves stored events of lost teams with their sums, also when it is run again", async () => {
      expect(await quarantineOrphans(clickhouse, silentReporter)).toBe(10);
      expect(await quarantineOrphans(clickhouse, silentReporter)).toBe(0);
      expect(await teamsOf("quarantine")).toEqual({ 4: 30, 5: 10 });
      expect(await teamsOf("events")).toEqual({ 1: 30, 2: 30, 3: 30, 5: 20 });
      expect(await teamsOf("events_hourly")).toEqual({ 1: 30, 2: 30, 3: 30, 5: 20 });
      expect(await teamsOf("event_definitions")).not.toHaveProperty("4");
    });

    it("finishes a move that was killed between its steps", async () => {
      await clickhouse.run(
        "INSERT INTO posthog.events SELECT * FROM posthog.quarantine WHERE team_id = 4",
      );
      expect(await quarantineOrphans(clickhouse, silentReporter)).toBe(30);
      expect(await teamsOf("quarantine")).toEqual({ 4: 30, 5: 10 });
      expect(await teamsOf("events")).not.toHaveProperty("4");
    });

    it("leaves a row that is stored between its copy and its deletion", async () => {
      await clickhouse.run(
        "INSERT INTO posthog.events SELECT * FROM posthog.quarantine WHERE team_id = 4 AND _offset < 50",
      );
      const late = new ClickHouse(clickhouse.connection);
      onCleanup(() => late.close());
      // A block under way: it comes once the copy is done.
      const run = late.run.bind(late);
      late.run = async (sql, options) => {
        await run(sql, options);
        if (!sql.includes("INSERT INTO posthog.quarantine")) return;
        await run(
          `INSERT INTO posthog.events SELECT * REPLACE (_offset + 1000 AS _offset)
         FROM (SELECT * FROM posthog.quarantine WHERE team_id = 4 AND _offset < 50)`,
        );
      };
      const many = (await teamsOf("quarantine"))["4"];
      await quarantineOrphans(late, silentReporter);
      expect(await teamsOf("events")).toMatchObject({ 4: 10 });
      expect(await quarantineOrphans(clickhouse, silentReporter)).toBe(10);
      expect(await teamsOf("quarantine")).toEqual({ 4: (many ?? 0) + 10, 5: 10 });
      await onEveryShard(clickhouse, (shard) =>
        shard.run(`ALTER TABLE ${shard.stored("quarantine")} DELETE WHERE _offset >= 1000`, {
          settings: { mutations_sync: 2 },
        }),
      );
    });

    it("releases a team: events, sums, and nothing twice after a killed release", async () => {
      await clickhouse.run(
        "INSERT INTO posthog.events SELECT * FROM posthog.quarantine WHERE team_id = 4",
      );
      expect(await releaseTeam(clickhouse, 4)).toBe(30);
      expect(await releaseTeam(clickhouse, 4)).toBe(0);
      expect(await teamsOf("events")).toEqual({ 1: 30, 2: 30, 3: 30, 4: 30, 5: 20 });
      expect(await teamsOf("events_hourly")).toEqual({ 1: 30, 2: 30, 3: 30, 4: 30, 5: 20 });
      expect(await teamsOf("quarantine")).toEqual({ 5: 10 });
      expect(await countArrivals(clickhouse, source)).toEqual([
        { partition: 0, rows: 150, identities: 150 },
      ]);
      const before = (await stored(clickhouse)).hours;
      await sumAgain(clickhouse, { id: 1, source, first: new Map([[0, 0]]) });
      expect((await stored(clickhouse)).hours).toEqual(before);
    });
  });

  describe("a release that was killed", () => {
    const everybody = { 1: 40, 2: 40, 3: 40, 4: 40, 5: 30 };
    let open: Segment;

    /** Team 4 back to quarantine, as if it had been lost. */
    async function lose(): Promise<void> {
      await closeQuarantine(clickhouse, [1, 2, 3], 5);
      await quarantineOrphans(clickhouse, silentReporter);
      expect(await teamsOf("events_hourly")).not.toHaveProperty("4");
    }

    it("is finished by the next one, though consuming began in between", async () => {
      open = await openSegment(clickhouse, source, "events", new Map([[0, 150]]));
      await insert(150, 50, open.id);
      await lose();
      // Killed once the rows were copied; then `attach` settles the open segment.
      await clickhouse.run(
        "INSERT INTO posthog.events SELECT * FROM posthog.quarantine WHERE team_id = 4",
      );
      await collapseDuplicates(clickhouse, source, open.first);
      await sumAgain(clickhouse, open);
      expect(await teamsOf("quarantine")).toMatchObject({ 4: 30 });
      await releaseTeam(clickhouse, 4);
      expect(await teamsOf("events_hourly")).toEqual(everybody);
      expect(await teamsOf("quarantine")).toEqual({ 5: 10 });
    });

    it("is finished by the next one when all its rows had been moved already", async () => {
      await clickhouse.run("ALTER TABLE posthog.events_hourly DELETE WHERE team_id = 4", {
        settings: { mutations_sync: 2 },
      });
      expect(await releaseTeam(clickhouse, 4)).toBe(0);
      expect(await teamsOf("events_hourly")).toEqual(everybody);
    });

    it("does not go on in the server beside the next one", async () => {
      await lose();
      const killed = new ClickHouse(clickhouse.connection);
      onCleanup(() => killed.close());
      const run = killed.run.bind(killed);
      let working: () => void = () => undefined;
      const summing = new Promise<void>((resolve) => (working = resolve));
      killed.run = (sql, options) => {
        if (!sql.includes("INSERT INTO posthog.events_hourly")) return run(sql, options);
        working();
        return run(sql.replace("FINAL WHERE", "FINAL WHERE sleepEachRow(0.012) = 0 AND"), options);
      };
      const ended = releaseTeam(killed, 4).then(
        () => "done",
        (error: unknown) => String(error),
      );
      await summing;
      await setTimeout(300);
      await releaseTeam(clickhouse, 4);
      expect(await ended).toMatch(/cancelled/i);
      expect(await teamsOf("events_hourly")).toEqual(everybody);
    });

    it("sums a partition that the topic got later where its segment's own sums are", async () => {
      await insert(0, 50, open.id, 7);
      await lose();
      await releaseTeam(clickhouse, 4);
      const all = { 1: 50, 2: 50, 3: 50, 4: 50, 5: 40 };
      expect(await teamsOf("events_hourly")).toEqual(all);
      // What the next `attach` does.
      await sumAgain(clickhouse, open);
      expect(await teamsOf("events_hourly")).toEqual(all);
      // A replay sums from an older segment on; and one that knows the partition has been opened since.
      const next = new Map([
        [0, 200],
        [7, 50],
      ]);
      const newer = await openSegment(clickhouse, source, "events", next);
      await insert(50, 50, newer.id, 7);
      const first = { id: 1, source, first: new Map([[0, 0]]) };
      const more = { 1: 60, 2: 60, 3: 60, 4: 60, 5: 50 };
      for (const segment of [first, open, newer]) {
        await sumAgain(clickhouse, segment);
        expect(await teamsOf("events_hourly")).toEqual(more);
      }
      await releaseTeam(clickhouse, 4);
      await sumAgain(clickhouse, newer);
      expect(await teamsOf("events_hourly")).toEqual(more);
    });

    it("sums a row once where two segments begin at the same offset", async () => {
      const before = await teamsOf("events_hourly");
      const top = new Map([
        [0, 200],
        [7, 100],
      ]);
      await openSegment(clickhouse, source, "events", top);
      const last = await openSegment(clickhouse, source, "events", top);
      await insert(100, 50, last.id, 7);
      await releaseTeam(clickhouse, 4);
      await sumAgain(clickhouse, last);
      expect(await teamsOf("events_hourly")).toEqual(
        Object.fromEntries(Object.entries(before).map(([team, n]) => [team, n + 10])),
      );
    });
  });
}
