import { pickChain } from "../backup/chains.ts";
import { parseFirehoseKey } from "../archive/firehose.ts";
import { parseKey } from "../archive/layout.ts";
import { objectsOf } from "../backup/chains.ts";
import { totalBytes } from "../backup/objects.ts";
import type { ControlBucket, VaultSide } from "../connection.ts";
import { withControl } from "../fence/control.ts";
import { currentFence } from "../fence/epoch.ts";
import { leaseAgeSeconds, readLease } from "../fence/lease.ts";
import { identityKey } from "../proof/identity.ts";
import type { Ledger } from "../ledger/schema.ts";
import { ObjectStore } from "../vault/s3.ts";
import { readAnnouncement, readAtRisk, type AtRisk } from "./announcements.ts";

export interface PlanInput {
  readonly vault: VaultSide;
  readonly control: ControlBucket;
  readonly line: string;
  readonly trust: Readonly<Record<string, string>>;
}

/** What a recovery from this side of the vault would do now. Nothing is changed to find out. */
export interface RecoveryPlan {
  /** Newest backup that verifies here; null: everything would come from the archive. */
  readonly ledger: string | null;
  readonly ledgerTakenAt: string | null;
  readonly chain: readonly string[];
  readonly rejected: readonly { readonly id: string; readonly reason: string }[];
  readonly backupBytes: number;
  /** Archive objects that may hold events that the backup lacks. */
  readonly archiveObjects: number;
  readonly archiveBytes: number;
  /** From how fast the last recovery of this line was; null: none was measured yet. */
  readonly expectedSeconds: number | null;
  readonly eventsAtRisk: AtRisk;
  readonly heldBy: string | null;
  readonly nextEpoch: number;
  /** Null: the holder never renewed a lease. */
  readonly leaseAgeSeconds: number | null;
  /** While the lease is alive a recovery is refused. */
  readonly leaseAlive: boolean;
}

export async function planRecovery(input: PlanInput): Promise<RecoveryPlan> {
  const { vault, control, line, trust } = input;
  const store = new ObjectStore(vault);
  try {
    const { chain = [], rejected } = await pickChain(store, vault, line, trust, { deep: false });
    const tip = chain.at(-1);
    const backupBytes = totalBytes(objectsOf(chain));
    const archive = await archiveAbove(store, vault, line, tip);
    return await withControl(control, async (records) => {
      const fence = await currentFence(records, line);
      const lease = fence && (await readLease(records, line, fence.epoch));
      const rates = await readAnnouncement(records, line, "throughput");
      const age = lease === undefined ? null : leaseAgeSeconds(lease, Date.now());
      return {
        ledger: tip?.id ?? null,
        ledgerTakenAt: tip?.createdAt ?? null,
        chain: chain.map(({ id }) => id),
        rejected: rejected.map(({ id, reason }) => ({ id, reason })),
        backupBytes,
        archiveObjects: archive.objects,
        archiveBytes: archive.bytes,
        expectedSeconds: rates === undefined ? null : expected(rates, backupBytes, archive.bytes),
        eventsAtRisk: await readAtRisk(records, line, lease?.renewedAt),
        heldBy: fence === undefined ? null : `${fence.stack} (${fence.role} in ${fence.region})`,
        nextEpoch: (fence?.epoch ?? 0) + 1,
        leaseAgeSeconds: age === null ? null : Math.round(age * 10) / 10,
        leaseAlive: lease !== undefined && age !== null && age <= lease.ttlSeconds,
      };
    });
  } finally {
    store.close();
  }
}

/** By the names alone: an object's last offset is in its key. */
async function archiveAbove(
  store: ObjectStore,
  vault: VaultSide,
  line: string,
  tip: Ledger | undefined,
): Promise<{ objects: number; bytes: number }> {
  const cuts = new Map(tip?.cut.partitions.map((cut) => [identityKey(cut), cut.contiguous]));
  let objects = 0;
  let bytes = 0;
  for await (const { key, size } of store.list(
    vault.archive,
    line === "main" ? "e" : `${line}/e`,
  )) {
    const of = parseKey(key);
    // A Firehose object's name tells no offsets: it may hold some.
    const counts =
      of === undefined
        ? parseFirehoseKey(key)?.line === line
        : of.line === line && of.lastOffset >= (cuts.get(identityKey(of)) ?? 0);
    if (!counts) continue;
    objects += 1;
    bytes += size;
  }
  return { objects, bytes };
}

interface Rates {
  readonly restoreBytesPerSecond: number | null;
  readonly replayBytesPerSecond: number | null;
  readonly fixedSeconds: number;
}

/** Null while something is to be done whose speed was never measured. */
export function expected(rates: Rates, backupBytes: number, archiveBytes: number): number | null {
  const parts = [
    [backupBytes, rates.restoreBytesPerSecond],
    [archiveBytes, rates.replayBytesPerSecond],
  ] as const;
  let seconds = rates.fixedSeconds;
  for (const [bytes, perSecond] of parts) {
    if (bytes === 0) continue;
    if (perSecond === null) return null;
    seconds += bytes / perSecond;
  }
  return Math.round(seconds);
}
