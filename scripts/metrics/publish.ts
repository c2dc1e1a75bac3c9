import type { Context } from "../command.ts";
import type { Clock } from "../fence/lease.ts";
import type { Facts } from "../status/judge.ts";
import type { MetricSink } from "./cloudwatch.ts";
import { metricValues, type MeasuredLags } from "./values.ts";

/** Where values come from; each may fail by itself. */
export interface MetricSources {
  facts(): Promise<Facts>;
  archiveSeconds(now: number): Promise<number | undefined>;
  databaseUntil(): Promise<string | undefined>;
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
    const [facts, archiveSeconds, databaseUntil] = await Promise.all([
      known("control bucket and vault", () => sources.facts()),
      known("archive's lag", () => sources.archiveSeconds(now)),
      known("PostgreSQL's backups", () => sources.databaseUntil()),
    ]);
    const lags: MeasuredLags = { archiveSeconds, databaseUntil };
    const nothing = { epoch: 0, lease: undefined, proof: undefined, backup: undefined };
    const values = metricValues({ ...(facts ?? nothing), now }, lags);
    await known("CloudWatch", () => sink(values, new Date(now)));
    await clock.sleep(everySeconds * 1000, context.signal);
  }
}
