import { setTimeout as sleep } from "node:timers/promises";
import type { Platform } from "./platform.ts";

/** One number that ClickHouse answers; undefined while it does not answer. */
export async function ask(platform: Platform, sql: string): Promise<number | undefined> {
  try {
    const response = await fetch(platform.clickhouse.url, {
      method: "POST",
      body: sql,
      headers: {
        "X-ClickHouse-User": platform.clickhouse.username,
        "X-ClickHouse-Key": platform.clickhouse.password,
      },
      signal: AbortSignal.timeout(15_000),
    });
    return response.ok ? Number((await response.text()).trim()) : undefined;
  } catch {
    return undefined;
  }
}

/** Waits until one of the uuids that `newest` gives is in the events table. */
export async function firstVisible(
  platform: Platform,
  newest: () => readonly string[],
  seconds: number,
): Promise<number> {
  const deadline = Date.now() + seconds * 1000;
  const asked = new Set<string>();
  while (Date.now() < deadline) {
    for (const uuid of newest()) if (uuid !== "" && asked.size < 50) asked.add(uuid);
    const list = [...asked].map((uuid) => `'${uuid}'`).join(",");
    const count =
      list === ""
        ? 0
        : await ask(
            platform,
            `SELECT count() FROM ${platform.eventsTable} WHERE uuid IN (${list})`,
          );
    if ((count ?? 0) > 0) return Date.now();
    await sleep(100);
  }
  throw new Error(`no new event became visible in ClickHouse within ${seconds} s`);
}

/** Waits until the messages stored of its cluster stand still for 4 s and are `atLeast` as many, if they can. */
export async function settled(platform: Platform, atLeast: number, seconds: number): Promise<void> {
  const database = platform.eventsTable.split(".")[0] ?? "";
  const of = `_cluster_id = '${platform.kafka.clusterId}'`;
  const sql = `SELECT (SELECT count() FROM ${database}.events WHERE ${of} AND team_id != 0)
    + (SELECT count() FROM ${database}.dead_letters WHERE ${of})
    + (SELECT count() FROM ${database}.quarantine WHERE ${of})`;
  const deadline = Date.now() + seconds * 1000;
  let last = -1;
  let since = Date.now();
  while (Date.now() < deadline) {
    const count = (await ask(platform, sql)) ?? last;
    if (count !== last) {
      last = count;
      since = Date.now();
    }
    const still = Date.now() - since;
    if (still >= (count >= atLeast ? 4000 : 15_000)) return;
    await sleep(250);
  }
}
