import { beforeAll, describe, expect, it } from "vitest";
import { startClickHouse } from "../../tests/harness/clickhouse.ts";
import { cleanUpAfterFile, onCleanup } from "../../tests/harness/process.ts";
import { silentReporter } from "../../tests/harness/reporter.ts";
import { ClickHouse } from "./client.ts";
import { eventMessage, stored } from "./fixture.ts";
import { countArrivals } from "./present.ts";
import {
  closeQuarantine,
  openQuarantine,
  quarantined,
  quarantineOrphans,
  releaseTeam,
} from "./quarantine.ts";
import { structureStatements } from "./schema.ts";
import { openSegment, sumAgain } from "./segments.ts";

cleanUpAfterFile();

let clickhouse: ClickHouse;
const source = { clusterId: "cluster", topicId: "topic" };

/** As a consumed block: one event of each of the teams 1 to 5 in each of 10 rounds. */
async function insert(from: number, count: number): Promise<void> {
  await clickhouse.insertThrough(
    `INSERT INTO posthog.stream SELECT v, 'cluster', 'topic', 'events', 0, o, toDateTime64(1e9, 3, 'UTC'), 1
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
  const server = await startClickHouse();
  clickhouse = new ClickHouse(server.connection);
  onCleanup(() => clickhouse.close());
  for (const statement of structureStatements()) await clickhouse.run(statement);
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
    await clickhouse.run("ALTER TABLE posthog.quarantine DELETE WHERE _offset >= 1000", {
      settings: { mutations_sync: 2 },
    });
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
