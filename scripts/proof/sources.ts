import { setTimeout as sleep } from "node:timers/promises";
import type { ClickHouse } from "../clickhouse/client.ts";
import type { Reporter } from "../command.ts";
import type { KafkaConnection } from "../connection.ts";
import { topicState, type TopicState } from "../kafka/topics.ts";
import { highestPresent } from "../clickhouse/present.ts";
import { hasRecord } from "./kafka.ts";

/** The cluster that is consumed now, and how far the proof looks into it. */
export interface LiveTopic extends TopicState {
  /** Seconds until ClickHouse had consumed up to the high watermark of the start. */
  readonly waitedSeconds: number;
  /** Partitions that it had not consumed up to there when the waiting ended. */
  readonly behind: readonly number[];
}

export interface WaitOptions {
  readonly waitSeconds: number;
  /** Without any progress for so long the waiting ends: nobody consumes. */
  readonly stallSeconds: number;
  readonly signal?: AbortSignal;
}

/**
 * Takes the topic's high watermarks as the proof's upper bound, then waits until ClickHouse has
 * everything below them. Markers of transactions lie at the end of a log too, so what counts is
 * whether a *record* is left, not the difference of two numbers.
 */
export async function takeLiveTopic(
  clickhouse: ClickHouse,
  kafka: KafkaConnection,
  options: WaitOptions,
  reporter: Reporter,
): Promise<LiveTopic> {
  const topic = await topicState(kafka);
  const start = performance.now();
  let movedAt = start;
  let before = -1;
  let told = start;
  let open = topic.partitions.filter(({ earliest, latest }) => latest > earliest);
  for (;;) {
    const highest = await highestPresent(clickhouse, topic);
    const still: typeof open = [];
    for (const each of open) {
      const next = Math.max(each.earliest, (highest.get(each.partition) ?? -1) + 1);
      if (await hasRecord(kafka, each.partition, next, each.latest - 1)) still.push(each);
    }
    open = still;
    const now = performance.now();
    const waitedSeconds = Math.round((now - start) / 100) / 10;
    const position = [...highest.values()].reduce((sum, offset) => sum + offset, 0);
    if (position !== before) movedAt = now;
    before = position;
    const stalled = now - movedAt > options.stallSeconds * 1000;
    if (open.length === 0 || stalled || waitedSeconds > options.waitSeconds) {
      if (open.length > 0) {
        reporter.warn(
          `ClickHouse has not consumed up to the end of ${open.length} partitions after ` +
            `${waitedSeconds} s${stalled ? ", and does not move on" : ""}: what it lacks counts as missing`,
        );
      }
      return { ...topic, waitedSeconds, behind: open.map(({ partition }) => partition) };
    }
    if (now - told > 2000) {
      told = now;
      const left = open.reduce(
        (sum, each) => sum + each.latest - 1 - (highest.get(each.partition) ?? each.earliest - 1),
        0,
      );
      reporter.progress(`waiting until ClickHouse has consumed the last ${left} offsets`);
    }
    await sleep(250, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
}
