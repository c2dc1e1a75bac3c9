import { setTimeout as sleep } from "node:timers/promises";
import type { Platform } from "./platform.ts";

/** The old ClickHouse after it was cut off, asked on its own HTTP port. */
export interface ZombieFacts {
  /** Rows it had at the cut, when the recovery had ended, and a while later. */
  readonly rowsAtCut: number;
  readonly rowsAfterRecovery: number;
  /** Milliseconds since 1970 at which Kafka took the newest event that it has; null when unknown. */
  readonly lastConsumedAt: number | null;
  readonly consumesStill: boolean;
  /** What its consumers say of the broker's answers, newest last. */
  readonly errors: readonly string[];
}

interface Admin {
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

/** Rows of the old server; 0 when it does not answer. */
export async function zombieRows(platform: Platform): Promise<number> {
  return Number((await query(adminOf(platform), "SELECT count() FROM posthog.events")) ?? 0);
}

/**
 * It takes rows while it is looked at, or has an event that was sent after the recovery: producers rest by
 * then, and one that keeps up has no row to add.
 */
export function consumesStill(
  newRows: number,
  lastConsumedAt: number | null,
  recoveredAt: number,
): boolean {
  return newRows > 0 || (lastConsumedAt ?? 0) > recoveredAt;
}

/**
 * Looks at the zombie twice, five seconds apart: it must have stopped, and say why.
 *
 * @param recoveredAt milliseconds since 1970 at which the recovery had ended; producers went on
 */
export async function lookAtZombie(
  platform: Platform,
  rowsAtCut: number,
  recoveredAt: number,
): Promise<ZombieFacts> {
  const admin = adminOf(platform);
  const rowsAfterRecovery = await zombieRows(platform);
  const last = await query(
    admin,
    "SELECT toUnixTimestamp64Milli(max(_timestamp)) FROM posthog.events",
  );
  const lastConsumedAt = last === undefined ? null : Number(last);
  await sleep(5000);
  const rowsLater = await zombieRows(platform);
  const errors = await query(
    admin,
    "SELECT arrayStringConcat(arrayDistinct(arrayFlatten(groupArray(exceptions.text))), '\\n') FROM system.kafka_consumers",
  );
  return {
    rowsAtCut,
    rowsAfterRecovery,
    lastConsumedAt,
    consumesStill: consumesStill(rowsLater - rowsAfterRecovery, lastConsumedAt, recoveredAt),
    errors: (errors ?? "").split("\n").filter((line) => line !== ""),
  };
}

function adminOf(platform: Platform): Admin {
  return (platform.connection as { clickhouse: Admin }).clickhouse;
}

async function query(admin: Admin, sql: string): Promise<string | undefined> {
  try {
    const response = await fetch(admin.url, {
      method: "POST",
      body: `${sql} FORMAT TSVRaw`,
      headers: { "X-ClickHouse-User": admin.username, "X-ClickHouse-Key": admin.password },
      signal: AbortSignal.timeout(10_000),
    });
    return response.ok ? (await response.text()).trim() : undefined;
  } catch {
    return undefined;
  }
}
