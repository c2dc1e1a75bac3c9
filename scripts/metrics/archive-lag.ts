import { archiveGroup, archiveProgress } from "../archive/source.ts";
import type { KafkaConnection } from "../connection.ts";
import { adminLogin } from "../kafka/client.ts";
import { readRange } from "../kafka/reader.ts";

/** What is in Kafka and not in the archive. */
export interface ArchiveLag {
  /** Offsets; those of transactions' markers too. */
  readonly events: number;
  /** Age of the oldest; 0 when there is none. */
  readonly seconds: number;
}

/**
 * How far the archive is behind. Undefined where nobody commits how far it is: Firehose publishes its own
 * `DeliveryToS3.DataFreshness`.
 */
export async function archiveLag(
  kafka: KafkaConnection,
  now: number,
): Promise<ArchiveLag | undefined> {
  if (archiveGroup(kafka) === undefined) return undefined;
  const login = adminLogin(kafka);
  const behind = (await archiveProgress(kafka, login)).filter(({ lag }) => lag > 0);
  const ages = await Promise.all(
    behind.map(async ({ partition, next, end, lag }) => {
      const from = next ?? end - lag;
      let oldest: number | undefined;
      // The first record that is there: offsets may be markers of transactions.
      await readRange(
        kafka,
        { partition, from, to: Math.min(end, from + 100) },
        (records) => {
          oldest ??= records[0]?.timestamp;
        },
        { login, isolation: "read_uncommitted" },
      );
      return oldest === undefined || oldest < 0 ? 0 : Math.max(0, (now - oldest) / 1000);
    }),
  );
  const events = behind.reduce((sum, { lag }) => sum + lag, 0);
  return { events, seconds: Math.max(0, ...ages) };
}
