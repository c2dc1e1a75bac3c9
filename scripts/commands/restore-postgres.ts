import { z } from "zod";
import { epochPrefix } from "../archive/layout.ts";
import { defineCommand, UserError } from "../command.ts";
import { requireParts } from "../connection.ts";
import { findCandidates, listWal } from "../postgres/catalog.ts";
import { lastContiguous } from "../postgres/wal.ts";
import { ObjectStore } from "../vault/s3.ts";

const params = z.object({
  epochs: z
    .array(z.int().positive())
    .min(1)
    .optional()
    .describe("epochs to restore from, newest first; default: the connection's"),
  serverName: z.string().default("main").describe("barman's name of the server"),
  time: z.iso
    .datetime({ offset: true })
    .optional()
    .describe("point in time to restore to; default: the latest"),
});

/** What a restore would begin with and reach. */
export interface RestorePostgresResult {
  readonly backupId: string;
  readonly prefix: string;
  readonly endTime: string | null;
  readonly endLsn: string | null;
  readonly serverVersion: string | null;
  /** Bytes to download before the replay. */
  readonly bytes: number;
  /** Last WAL segment before the first gap. */
  readonly replayTo: string | null;
  /** Prefixes to hand to the server that is restored, newest first. */
  readonly prefixes: readonly string[];
  readonly skipped: readonly { readonly backupId: string; readonly reason: string }[];
}

/**
 * Chooses and checks; changes nothing. The restore itself is the first start of a server whose source
 * says so (engines/postgres.ts): a data folder is made in one place only.
 */
export default defineCommand({
  name: "restore-postgres",
  summary: "Choose and check the base backup and WAL that a restore of PostgreSQL begins with",
  params,
  async run(connection, { epochs, serverName, time }, reporter): Promise<RestorePostgresResult> {
    const { vault, line, epoch } = requireParts(connection, ["vault"]);
    const prefixes = (epochs ?? [epoch]).map((each) => epochPrefix(each, line));
    const places = prefixes.map((prefix) => ({ bucket: vault.backups, prefix, serverName }));
    const store = new ObjectStore(vault);
    try {
      await store.requireBucket(vault.backups);
      const skipped: { backupId: string; reason: string }[] = [];
      for (const { base, problems } of await findCandidates(store, places, time)) {
        if (problems.length > 0) {
          reporter.warn(`base backup ${base.prefix}/${base.id}: ${problems.join("; ")}`);
          skipped.push({ backupId: base.id, reason: problems.join("; ") });
          continue;
        }
        const wal = new Set<string>();
        for (const place of places) for (const each of await listWal(store, place)) wal.add(each);
        return {
          backupId: base.id,
          prefix: base.prefix,
          endTime: base.endTime ?? null,
          endLsn: base.endLsn ?? null,
          serverVersion: base.serverVersion ?? null,
          bytes: base.objects.reduce((sum, { size }) => sum + size, 0),
          replayTo:
            base.beginWal === undefined
              ? null
              : (lastContiguous(base.beginWal, wal, base.segmentSize) ?? null),
          prefixes,
          skipped,
        };
      }
      throw new UserError(
        `no base backup of PostgreSQL under ${prefixes.join(", ")} in bucket "${vault.backups}" can be ` +
          `restored${time === undefined ? "" : ` to ${time}`}: ` +
          `${skipped.map(({ backupId, reason }) => `${backupId}: ${reason}`).join("; ") || "there is none"}. ` +
          "Wait for replication, choose a later point, or name an earlier epoch too.",
      );
    } finally {
      store.close();
    }
  },
});
