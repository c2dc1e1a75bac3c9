import { failpoint } from "../failpoint.ts";
import type { ClickHouse } from "../clickhouse/client.ts";
import {
  attachIngest,
  type IngestOptions,
  type Pause,
  pauseIngest,
  resumeIngest,
} from "../clickhouse/attach.ts";
import { type ContentHash, hashSums, type SourceCut } from "../clickhouse/contenthash.ts";
import { ARRIVED_TABLES, highestPresent, presentSources } from "../clickhouse/present.ts";
import { tablesOf } from "../clickhouse/schema.ts";
import { readGroupOffsets } from "../kafka/offsets.ts";
import type { CutPartition } from "../ledger/schema.ts";
import type { Context } from "../command.ts";
import type { Connection } from "../connection.ts";
import type { RowLock } from "./lock.ts";
import { backupTables, type DiskFolder } from "./native.ts";
import { endPause, letConsume, untilConfirmed } from "./pause.ts";

/** Tables that agree with the offsets of the cut, and those that steer ingest. */
export const CUT_TABLES = tablesOf("exact-cut", "control");

export interface Cut {
  readonly createdAt: Date;
  readonly segment: number;
  readonly pausedSeconds: number;
  readonly partitions: readonly CutPartition[];
  /** The same by source, for hashing. */
  readonly sources: readonly SourceCut[];
  readonly sums: readonly ContentHash[];
}

/**
 * The exact cut: reads what is committed, stops consuming, makes every table exact, saves the small
 * exact tables, and consumes on. Events are never refused: they wait in Kafka for those seconds.
 *
 * Killed in between, nobody consumes until `attach` runs: the next backup does that, and the schedule
 * when it starts; they find `paused` in the lock.
 */
export async function takeCut(
  connection: Connection,
  options: IngestOptions,
  to: DiskFolder,
  lock: RowLock,
  context: Context,
): Promise<Cut> {
  const { clickhouse, kafka, reporter } = options;
  if (lock.predecessorPaused) await endPause(connection, options, lock, context);
  const committed = new Map(
    (await readGroupOffsets(kafka)).map(({ partition, offset }) => [partition, offset]),
  );
  const createdAt = new Date();
  let sums: ContentHash[];
  let pause: Pause | undefined;
  let pausedSeconds = 0;
  // Ingest that somebody else stopped is not this cut's to start.
  const ours = { closed: false };
  try {
    pause = await pauseIngest(options, async () => {
      await lock.setPhase("paused");
      ours.closed = true;
    });
    await failpoint("backup.paused");
    sums = await hashSums(clickhouse, pause.segment);
    await backupTables(clickhouse, CUT_TABLES, to, reporter);
  } finally {
    if (ours.closed) {
      // A wait that was long: the lease keeper may have taken the login's right.
      if (await untilConfirmed(connection, lock, context)) await letConsume(options);
      // Also when the pause itself failed half-way: `attach` settles whatever is there.
      if (pause === undefined) await attachIngest(options);
      else ({ pausedSeconds } = await resumeIngest(options, pause));
      await lock.setPhase("running");
    }
  }
  reporter.progress(`cut taken: ingest paused for ${pausedSeconds.toFixed(1)} s`);
  if (pausedSeconds > 10) {
    reporter.warn(
      `ingest was paused for ${pausedSeconds.toFixed(1)} s, more than the 10 s it should`,
    );
  }
  const { clusterId, topicId, topic, next, segment } = pause;
  const former = await formerSources(clickhouse, { clusterId, topicId });
  const sources = [{ clusterId, topicId, topic, next }, ...former];
  const partitions = sources.flatMap((source, index) =>
    [...source.next].map(([partition, contiguous]): CutPartition => ({
      clusterId: source.clusterId,
      topicId: source.topicId,
      topic: source.topic,
      partition,
      committed: index === 0 ? (committed.get(partition) ?? null) : null,
      contiguous,
    })),
  );
  return { createdAt, segment, pausedSeconds, partitions, sources, sums };
}

/** Sources that nothing is consumed from any more (clusters before a recovery): whole as they are. */
async function formerSources(
  clickhouse: ClickHouse,
  current: { readonly clusterId: string; readonly topicId: string },
): Promise<(SourceCut & { readonly topic: string })[]> {
  const all = await presentSources(clickhouse);
  const former = all.filter(
    ({ clusterId, topicId }) => clusterId !== current.clusterId || topicId !== current.topicId,
  );
  return Promise.all(
    former.map(async (source) => {
      const highest = await highestPresent(clickhouse, source);
      const { topic } = await clickhouse.one<{ topic: string }>(
        `SELECT any(_topic) AS topic FROM (${ARRIVED_TABLES.map(
          (table) =>
            `(SELECT _topic FROM ${clickhouse.database}.${table}
             WHERE _cluster_id = {clusterId: String} AND _topic_id = {topicId: String} LIMIT 1)`,
        ).join(" UNION ALL ")})`,
        { clusterId: source.clusterId, topicId: source.topicId },
      );
      const next = new Map([...highest].map(([partition, offset]) => [partition, offset + 1]));
      return { ...source, topic, next };
    }),
  );
}
