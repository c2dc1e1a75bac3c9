import { setTimeout as sleep } from "node:timers/promises";
import { ClickHouse } from "../../scripts/clickhouse/client.ts";
import type { StandInProject } from "../standins/project.ts";
import type { Account } from "./account.ts";
import { compare, type Reached } from "./events.ts";
import { addressOf, type Region } from "./regions.ts";
import { secretsIn } from "./secrets.ts";

/** What every act of a play on the account does: it says so, runs `up`, waits, looks. */

export const say = (what: string) => process.stderr.write(`${new Date().toISOString()} ${what}\n`);

/** What is said of a shipped example beside what it says itself. */
export function settingsOf(
  region: Region,
  { backupArn, ...paired }: Readonly<Record<string, unknown>> = {},
) {
  return {
    partitions: 6,
    lease: { ttl: "15 seconds", renew: "4 seconds", clockMargin: "3 seconds" },
    archiveFlush: "2 seconds",
    ...paired,
    postgres: {
      // Where a tunnel would end.
      adminEndpoint: `${addressOf(region, "postgres")}:5432`,
      ...(backupArn === undefined ? {} : { backupArn }),
    },
  };
}

/** What `npm run pair` writes into the standby's config. */
export async function pairingOf(
  project: StandInProject,
  stack: string,
): Promise<Record<string, unknown>> {
  const { settings, paths, trust } = (await project.output(stack, "standbyConfig")) as {
    settings: Record<string, unknown>;
    paths: Record<string, string>;
    trust: Record<string, string>;
  };
  return { ...settings, trust, backupArn: paths["postgres.backupArn"] };
}

export async function up(
  project: StandInProject,
  stack: string,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  say(`up ${stack}`);
  const { exitCode, text } = await project.up(stack, env);
  if (exitCode !== 0) throw new Error(text);
}

export async function consumed(of: Reached, sent: ReadonlySet<string>): Promise<number> {
  return (await compare(of, sent)).missing;
}

/** @param left how much of it is not so yet */
export async function until(what: string, left: () => Promise<number>): Promise<void> {
  say(`waiting until ${what}`);
  for (let tries = 0; ; tries++) {
    const missing = await left();
    if (missing === 0) return;
    if (tries > 120) throw new Error(`after two minutes ${String(missing)} are missing: ${what}`);
    await sleep(1000);
  }
}

/** The audit by its CronJob, and again when a row is gone. */
export interface Audit {
  readonly green: number;
  readonly red: string;
}

/** The row stays gone: nothing may be recovered from this side afterwards. */
export async function audit(account: Account, stack: string, of: Reached): Promise<Audit> {
  const { pods } = account.side(stack);
  const { exitCode: green } = await pods.trigger("protection-audit");
  const client = new ClickHouse(of.clickhouse);
  try {
    await client.run(
      `DELETE FROM ${of.clickhouse.database}.events
       WHERE uuid = (SELECT min(uuid) FROM ${of.clickhouse.database}.events)`,
    );
  } finally {
    await client.close();
  }
  const red = await pods.trigger("protection-audit").then(
    () => "",
    (error: unknown) => String(error),
  );
  return { green, red };
}

export interface Secrets {
  readonly known: number;
  /** Where one of them turned up. */
  readonly shown: readonly string[];
}

/** Of all that pods were handed: what turns up in their logs, or in a vault in plain text. */
export async function secretsShown(
  account: Account,
  vaults: readonly (readonly [name: string, region: Region])[],
): Promise<Secrets> {
  const { sides } = account;
  const known = secretsIn(sides.flatMap(({ objects }) => objects.secrets()));
  const places: [string, Buffer][] = [];
  for (const { pods } of sides) {
    for (const { name, log } of pods.ran) places.push([name, Buffer.from(log)]);
    for (const [name, log] of pods.logs) places.push([name, Buffer.from(log)]);
  }
  for (const [name, region] of vaults) {
    for (const purpose of ["backups", "archive", "control"]) {
      const bucket = `${name}-${region}-${purpose}`;
      places.push([bucket, await account.s3(region).everything(bucket)]);
    }
  }
  const shown = places.filter(([, bytes]) => known.some((secret) => bytes.includes(secret)));
  return { known: known.length, shown: shown.map(([place]) => place) };
}
