import type { Negative } from "./options.ts";
import type { Platform } from "./platform.ts";

type Spoilt = Pick<Platform, "eventsTable" | "connection">;

/** Spoils one stored row, or where a team's rows lie, so that a checker that sees everything must turn red. */
export async function spoil(platform: Spoilt, negative: Negative): Promise<void> {
  if (negative === "none" || negative === "skip-fence") return;
  const table = platform.eventsTable;
  if (negative === "hide-team") {
    await hideTeam(platform, table);
    return;
  }
  const [row] = (
    await admin(platform, `SELECT uuid FROM ${table} WHERE team_id != 0 ORDER BY _offset LIMIT 1`)
  ).split("\n");
  const where = `uuid = '${row ?? ""}'`;
  if (negative === "double-row") {
    await admin(platform, `SYSTEM STOP MERGES ${table}`);
    await admin(platform, `INSERT INTO ${table} SELECT * FROM ${table} WHERE ${where}`);
    return;
  }
  const change = "lightweight_deletes_sync = 2, mutations_sync = 2";
  if (negative === "delete-row") {
    await admin(platform, `DELETE FROM ${table} WHERE ${where} SETTINGS ${change}`);
    return;
  }
  await admin(
    platform,
    `ALTER TABLE ${table} UPDATE properties = replaceOne(properties, '"web"', '"wob"') WHERE ${where} SETTINGS ${change}`,
  );
}

/** As a wrong floor would: all of a team that PostgreSQL has goes to quarantine, and its sums agree. */
async function hideTeam(platform: Spoilt, table: string): Promise<void> {
  const [database = ""] = table.split(".");
  const oldest = `SELECT team_id FROM ${table} WHERE team_id != 0 ORDER BY _timestamp LIMIT 1`;
  const where = `team_id = ${await admin(platform, oldest)}`;
  await admin(platform, `INSERT INTO ${database}.quarantine SELECT * FROM ${table} WHERE ${where}`);
  for (const from of [table, `${database}.events_hourly`]) {
    await admin(
      platform,
      `DELETE FROM ${from} WHERE ${where} SETTINGS lightweight_deletes_sync = 2`,
    );
  }
}

/** With the platform's own login: the read-only one may not. */
async function admin(platform: Spoilt, sql: string): Promise<string> {
  const { clickhouse } = platform.connection as {
    clickhouse: { url: string; username: string; password: string };
  };
  const response = await fetch(clickhouse.url, {
    method: "POST",
    body: sql,
    headers: { "X-ClickHouse-User": clickhouse.username, "X-ClickHouse-Key": clickhouse.password },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${text}\n${sql}`);
  return text.trim();
}
