import type { Reporter } from "../command.ts";
import { UserError } from "../command.ts";
import type { KafkaConnection, VaultSide } from "../connection.ts";
import { failpoint } from "../failpoint.ts";
import type { KafkaLogin } from "../kafka/client.ts";
import { waitEmpty } from "../kafka/groups.ts";
import { writeGroupOffsets } from "../kafka/offsets.ts";
import { topicState } from "../kafka/topics.ts";
import type { ClickHouse } from "./client.ts";
import { closeIngest, ingestState, openIngest } from "./ingest.ts";
import type { Offsets, Source } from "./present.ts";
import { openSegment, segmentsOf } from "./segments.ts";
import { settle } from "./settle.ts";
import type { Settled } from "./settle.ts";

export interface IngestOptions {
  readonly clickhouse: ClickHouse;
  readonly kafka: KafkaConnection;
  readonly vault?: VaultSide;
  /** @default "main" */
  readonly line?: string;
  /** Who looks at ClickHouse's group and moves its offsets. @default groupLogin */
  readonly login?: KafkaLogin;
  readonly reporter: Reporter;
}

/** Where a partition's consuming goes on, and what neither Kafka nor the archive has before it. */
export interface ResumeCursor {
  readonly clusterId: string;
  readonly topic: string;
  readonly partition: number;
  readonly resumeAt: number;
  /** First offset below `resumeAt` that may be lost (see `Settled`); null when nothing can be. */
  readonly firstMissing: number | null;
}

export interface CursorsResult {
  readonly cursors: readonly ResumeCursor[];
  readonly filledFromKafka: number;
  readonly filledFromArchive: number;
  readonly collapsed: number;
}

export interface AttachResult extends CursorsResult {
  readonly segment: number;
  /** Nothing was done: it consumes already. */
  readonly alreadyRunning: boolean;
}

/**
 * Settles what is there (after a restore all of it, since the restored segment began) and sets the group's cursors behind it. Nobody may consume; the group's
 * last member may still be on its way out.
 */
export async function setCursors(
  options: IngestOptions,
  { afterRestore }: { readonly afterRestore: boolean },
): Promise<CursorsResult & { readonly settled: Settled }> {
  const { kafka, login, reporter } = options;
  const waited = await waitEmpty(kafka, { login });
  if (waited > 1) reporter.progress(`the consumer group was empty after ${waited.toFixed(1)} s`);
  const settled = await settle({ ...options, trustCommitted: !afterRestore });
  const cursors = [...settled.next].map(([partition, resumeAt]) => ({
    clusterId: settled.source.clusterId,
    topic: kafka.topic,
    partition,
    resumeAt,
    firstMissing: settled.firstMissing.get(partition) ?? null,
  }));
  await failpoint("cursors.before-write");
  await writeGroupOffsets(
    kafka,
    cursors.map(({ partition, resumeAt }) => ({ partition, offset: resumeAt })),
    login,
  );
  await failpoint("cursors.after-write");
  return {
    settled,
    cursors,
    filledFromKafka: settled.filledFromKafka,
    filledFromArchive: settled.filledFromArchive,
    collapsed: settled.collapsed,
  };
}

/**
 * Starts consuming, exactly behind what is there. Already consuming: nothing happens. Something else
 * that consumes (an earlier cluster, topic or group) is closed first.
 */
export async function attachIngest(options: IngestOptions): Promise<AttachResult> {
  const { clickhouse, kafka, reporter } = options;
  const topic = await topicState(kafka);
  const source = { clusterId: topic.clusterId, topicId: topic.topicId };
  if ((await ingestState(clickhouse, kafka, source)) === "running") {
    const segment = (await segmentsOf(clickhouse, source)).at(-1)?.id ?? 0;
    return {
      cursors: [],
      filledFromKafka: 0,
      filledFromArchive: 0,
      collapsed: 0,
      segment,
      alreadyRunning: true,
    };
  }
  await closeIngest(clickhouse);
  const { settled, ...result } = await setCursors(options, { afterRestore: false });
  const segment = await startSegment(options, settled.source, settled.next);
  reporter.progress(`consuming ${kafka.topic} as segment ${segment}`);
  return { ...result, segment, alreadyRunning: false };
}

/** Opens the next segment and with it the consumer. */
async function startSegment(
  { clickhouse, kafka }: IngestOptions,
  source: Source,
  next: Offsets,
): Promise<number> {
  const { id } = await openSegment(clickhouse, source, kafka.topic, next);
  await openIngest(clickhouse, kafka, source, id);
  return id;
}

/** Ends consuming and waits until the group is empty. @returns seconds that took */
export async function detachIngest(
  clickhouse: ClickHouse,
  kafka: KafkaConnection,
  login?: KafkaLogin,
): Promise<number> {
  const start = performance.now();
  await closeIngest(clickhouse);
  await waitEmpty(kafka, { login });
  return (performance.now() - start) / 1000;
}

/** An exact cut: consuming is stopped, every table agrees, nothing is missing below `next`. */
export interface Pause {
  /** The segment that ends here. */
  readonly segment: number;
  readonly pausedAt: Date;
  readonly clusterId: string;
  readonly topicId: string;
  readonly topic: string;
  /** First offset that is not in any table, per partition. */
  readonly next: ReadonlyMap<number, number>;
}

/**
 * Stops consuming and makes every table exact: what is saved now can be restored together with the
 * offsets of the cut. `resumeIngest` goes on; so does `attach` when this process is killed.
 * @param beforeClose called once it is sure that something consumes, before that is stopped
 * @throws UserError when nothing consumes; then nothing was touched
 */
export async function pauseIngest(
  options: IngestOptions,
  beforeClose: () => Promise<void> = () => Promise.resolve(),
): Promise<Pause> {
  const { clickhouse, kafka } = options;
  const topic = await topicState(kafka);
  const state = await ingestState(clickhouse, kafka, {
    clusterId: topic.clusterId,
    topicId: topic.topicId,
  });
  if (state !== "running") {
    throw new UserError(
      `ClickHouse does not consume ${kafka.topic} (${state}), so there is no ingest to pause: run ` +
        "`attach` first (`pulumi up` does).",
    );
  }
  await beforeClose();
  const pausedAt = new Date();
  await closeIngest(clickhouse);
  const settled = await settle({ ...options, trustCommitted: true });
  return {
    segment: settled.segment.id,
    pausedAt,
    ...settled.source,
    topic: kafka.topic,
    next: settled.next,
  };
}

/**
 * Goes on behind a pause, as a new segment. Takes what is left of the session timeout (6 s from the
 * pause) until the group is empty. @returns the new segment's id and the seconds since the pause
 */
export async function resumeIngest(
  options: IngestOptions,
  pause: Pause,
): Promise<{ readonly segment: number; readonly pausedSeconds: number }> {
  const { kafka } = options;
  const { clusterId, topicId, next } = pause;
  await waitEmpty(kafka);
  await writeGroupOffsets(
    kafka,
    [...next].map(([partition, offset]) => ({ partition, offset })),
  );
  const segment = await startSegment(options, { clusterId, topicId }, next);
  return { segment, pausedSeconds: (Date.now() - pause.pausedAt.getTime()) / 1000 };
}
