import type { Facts } from "../status/judge.ts";
import { metrics, type MetricKey } from "./names.ts";

/** One value, as it is published. */
export interface MetricValue {
  readonly key: MetricKey;
  /** In CloudWatch. */
  readonly name: string;
  readonly value: number;
}

/** What the control bucket does not tell; undefined: not known, or nothing that this archive tells. */
export interface MeasuredLags {
  /** Age of the oldest event that is in Kafka and not in the archive, seconds; 0 when none is. */
  readonly archiveSeconds: number | undefined;
  /** How far the vault's copy in another region is behind, seconds. */
  readonly copySeconds: number | undefined;
  /** ISO 8601: up to when the standby's copy of PostgreSQL's backups can be restored. */
  readonly databaseUntil: string | undefined;
}

type Known = Pick<Facts, "now" | "epoch" | "lease" | "proof" | "backup">;

/**
 * The values of one minute. What is not known is not published: no value is an alarm, and a made-up one would
 * keep it quiet.
 */
export function metricValues(facts: Known, lags: MeasuredLags): MetricValue[] {
  const { now, epoch, lease, proof, backup } = facts;
  const since = (time: string | null | undefined): number | undefined =>
    time == null ? undefined : Math.max(0, (now - Date.parse(time)) / 1000);
  // The age of a protection is that of the newest one that holds.
  const backed = backup?.epoch === epoch ? backup.createdAt : undefined;
  const proven = proof?.ok === true && proof.epoch === epoch ? proof.at : undefined;
  const found: Record<MetricKey, number | undefined> = {
    backupAge: since(backed),
    ledgerVerified: backup === undefined ? undefined : Number(backup.ok),
    proofAge: since(proven),
    archiveLag: lags.archiveSeconds,
    copyLag: lags.copySeconds,
    leaseAge: since(lease?.renewedAt),
    databaseAge: since(lags.databaseUntil),
  };
  return (Object.entries(found) as [MetricKey, number | undefined][]).flatMap(([key, value]) =>
    value === undefined || !Number.isFinite(value) ? [] : [{ key, name: metrics[key].name, value }],
  );
}
