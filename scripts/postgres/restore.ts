import { existsSync, readdirSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { RestorePlan } from "../../engines/postgres.ts";
import { barmanOptions, barmanUrl } from "../../engines/postgres.ts";
import { UserError, type Reporter } from "../command.ts";
import { ObjectStore } from "../vault/s3.ts";
import { findCandidates, type BaseBackup } from "./catalog.ts";

/** Which base backup was put in place, and why not a newer one. */
export interface RestoreReport {
  readonly backupId: string;
  readonly prefix: string;
  readonly endTime: string | undefined;
  readonly endLsn: string | undefined;
  readonly seconds: number;
  /** Newer base backups that could not be used. */
  readonly skipped: readonly { readonly backupId: string; readonly reason: string }[];
}

/**
 * Puts the newest usable base backup into an empty data folder, ready to replay WAL at its next start.
 * @throws UserError when the folder holds anything, and when no base backup can be used.
 */
export async function restoreBase(plan: RestorePlan, reporter: Reporter): Promise<RestoreReport> {
  refuseLiveData(plan.dataDir);
  for (const former of [plan.report, plan.reachedReport]) await rm(former, { force: true });
  const started = performance.now();
  const { store: access, prefixes, serverName, target } = plan;
  const places = prefixes.map((prefix) => ({ bucket: access.bucket, prefix, serverName }));
  const before = target === "latest" ? undefined : target.time;
  const store = new ObjectStore(access);
  let candidates;
  try {
    await store.requireBucket(access.bucket);
    candidates = await findCandidates(store, places, before);
  } finally {
    store.close();
  }
  const skipped: { backupId: string; reason: string }[] = [];
  const skip = ({ id, prefix }: BaseBackup, reason: string): void => {
    skipped.push({ backupId: id, reason });
    reporter.warn(`base backup ${prefix}/${id} is skipped: ${reason}`);
  };
  for (const { base, problems } of candidates) {
    if (problems.length > 0) {
      skip(base, problems.join("; "));
      continue;
    }
    const bytes = base.objects.reduce((sum, { size }) => sum + size, 0);
    reporter.progress(
      `base backup ${base.prefix}/${base.id}, ${(bytes / 1e6).toFixed(1)} MB: restoring`,
    );
    const failure = await download(plan, base);
    if (failure !== undefined) {
      await emptyFolder(plan.dataDir);
      skip(base, failure);
      continue;
    }
    await writeFile(join(plan.dataDir, "recovery.signal"), "", { mode: 0o600 });
    const report: RestoreReport = {
      backupId: base.id,
      prefix: base.prefix,
      endTime: base.endTime,
      endLsn: base.endLsn,
      seconds: (performance.now() - started) / 1000,
      skipped,
    };
    await writeFile(plan.report, `${JSON.stringify(report, null, 2)}\n`);
    reporter.progress(`base backup ${base.id} is in place; its WAL is replayed at the start`);
    return report;
  }
  throw nothingUsable(plan, skipped);
}

function refuseLiveData(dataDir: string): void {
  if (!existsSync(dataDir) || readdirSync(dataDir).length === 0) return;
  throw new UserError(
    `${dataDir} is not empty: a restore never writes over data. Move that folder away (or remove ` +
      "the platform's process with its data) and restore again.",
  );
}

/** @returns why it failed, or undefined */
async function download(plan: RestorePlan, base: BaseBackup): Promise<string | undefined> {
  const { store, serverName, dataDir, barmanBin, asNonRoot, env } = plan;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const [program = "", ...args] = [
    // As the server's own user: tar gives the files to whoever unpacks them.
    ...asNonRoot,
    join(barmanBin, "barman-cloud-restore"),
    ...barmanOptions(store.endpoint, "restore"),
    barmanUrl(store.bucket, base.prefix),
    ...[serverName, base.id, dataDir],
  ];
  const result = await execa(program, args, { env, reject: false, all: true, stdin: "ignore" });
  if (!result.failed) return undefined;
  const last = result.all.trim().split("\n").at(-1) ?? "";
  return `barman-cloud-restore failed (${result.exitCode ?? "killed"}): ${last || (result.originalMessage ?? "")}`;
}

async function emptyFolder(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

function nothingUsable(
  { store, prefixes, target }: RestorePlan,
  skipped: readonly { readonly backupId: string; readonly reason: string }[],
): UserError {
  const places = prefixes.map((prefix) => barmanUrl(store.bucket, prefix)).join(", ");
  const what =
    skipped.length === 0
      ? "there is none at all"
      : skipped.map(({ backupId, reason }) => `${backupId}: ${reason}`).join("; ");
  return new UserError(
    `no base backup of PostgreSQL in ${places} at ${store.endpoint} can be restored` +
      `${target === "latest" ? "" : ` to ${target.time}`}: ${what}. Wait until replication has brought the ` +
      "missing objects, choose a later point, or add the prefix of an earlier epoch.",
  );
}
