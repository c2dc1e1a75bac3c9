import type { Reporter } from "../command.ts";
import type { KafkaConnection } from "../connection.ts";
import { readRange } from "../kafka/reader.ts";
import { topicState } from "../kafka/topics.ts";
import type { ClickHouse } from "./client.ts";
import { highestPresent } from "./present.ts";

const SAY_EVERY_MS = 5000;

/**
 * Highest team id in what Kafka holds and ClickHouse has not read yet, up to the end that the topic has
 * now; 0 when there is none. Nothing is stored: the events come with the consumer, by the rule that
 * is in force then. Consuming must be stopped.
 * @param below ids from here on do not count
 */
export async function highestUnreadTeam(
  clickhouse: ClickHouse,
  kafka: KafkaConnection,
  below: number,
  reporter: Reporter,
): Promise<number> {
  const topic = await topicState(kafka);
  const present = await highestPresent(clickhouse, topic);
  const ranges = topic.partitions.map(({ partition, latest }) => ({
    partition,
    from: (present.get(partition) ?? -1) + 1,
    to: latest,
  }));
  const total = ranges.reduce((sum, { from, to }) => sum + Math.max(0, to - from), 0);
  let highest = 0;
  let seen = 0;
  let saidAt = performance.now();
  for (const range of ranges) {
    await readRange(kafka, range, (records) => {
      for (const { value } of records) {
        const team = teamOf(value);
        if (team < below) highest = Math.max(highest, team);
      }
      seen += records.length;
      if (performance.now() - saidAt < SAY_EVERY_MS) return;
      saidAt = performance.now();
      reporter.progress(`looking for teams in Kafka: ${seen} of at most ${total} unread events`);
    });
  }
  return highest;
}

/** As the parse does; 0 for what is no event. */
function teamOf(value: Buffer | null): number {
  try {
    const { team_id: id } = JSON.parse(value?.toString("utf8") ?? "") as { team_id?: unknown };
    const team = typeof id === "string" || typeof id === "number" ? Number(id) : 0;
    return Number.isSafeInteger(team) ? team : 0;
  } catch {
    return 0;
  }
}
