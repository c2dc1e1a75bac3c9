import type { Negative } from "./options.ts";
import type { Platform } from "./platform.ts";

/** Spoils one stored row by hand, so that a checker that sees everything must turn red. */
export async function spoil(platform: Platform, negative: Negative): Promise<void> {
  if (negative === "none" || negative === "skip-fence") return;
  const table = platform.eventsTable;
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

/** With the platform's own login: the read-only one may not. */
async function admin(platform: Platform, sql: string): Promise<string> {
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
