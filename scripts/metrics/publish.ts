import type { Context } from "../command.ts";
import type { Clock } from "../fence/lease.ts";
import type { Facts } from "../status/judge.ts";
import type { MetricSink } from "./cloudwatch.ts";
import type { ArchiveLag } from "./archive-lag.ts";
import type { ReplicationLag } from "./replication-lag.ts";
import { metricValues, type MeasuredLags } from "./values.ts";

/** Where values come from; each may fail by itself. */
export interface MetricSources {
  facts(): Promise<Facts>;
  archive(now: number): Promise<ArchiveLag | undefined>;
  databaseUntil(): Promise<string | undefined>;
  /** How far S3 is behind with its copies. */
  replication(now: number): Promise<ReplicationLag | undefined>;
  /**
   * Says in the control bucket what archiver and replicator would say themselves where they are ours; what is
   * undefined is not known, and not said.
   */
  announce(lags: Lags, now: number): Promise<void>;
}

export interface Lags {
  readonly archive: ArchiveLag | undefined;
  readonly replication: ReplicationLag | undefined;
}

/**
 * Publishes until the signal. A source that fails leaves its own values out; its alarm says so, and so does
 * a warning, once as long as it is the same.
 */
export async function publishMetrics(
  sources: MetricSources,
  sink: MetricSink,
  everySeconds: number,
  clock: Clock,
  context: Context,
): Promise<void> {
  const said = new Map<string, string>();
  const known = async <T>(what: string, ask: () => Promise<T>): Promise<T | undefined> => {
    try {
      const found = await ask();
      said.delete(what);
      return found;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (said.get(what) !== why) context.warn(`${what}: ${why}`);
      said.set(what, why);
      return undefined;
    }
  };
  context.ready();
  while (!context.signal.aborted) {
    const now = clock.now();
    const [facts, archive, databaseUntil, replication] = await Promise.all([
      known("control bucket and vault", () => sources.facts()),
      known("archive's lag", () => sources.archive(now)),
      known("PostgreSQL's backups", () => sources.databaseUntil()),
      known("S3's replication", () => sources.replication(now)),
    ]);
    await known("announcements", () => sources.announce({ archive, replication }, now));
    const lags: MeasuredLags = {
      archiveSeconds: archive?.seconds,
      copySeconds: replication?.seconds,
      databaseUntil,
    };
    const nothing = { epoch: 0, lease: undefined, proof: undefined, backup: undefined };
    const values = metricValues({ ...(facts ?? nothing), now }, lags);
    await known("CloudWatch", () => sink(values, new Date(now)));
    await clock.sleep(everySeconds * 1000, context.signal);
  }
}
