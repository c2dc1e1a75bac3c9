import { archiveGroup, archiveProgress } from "../archive/source.ts";
import type { KafkaConnection } from "../connection.ts";
import { adminLogin } from "../kafka/client.ts";
import { readRange } from "../kafka/reader.ts";

/**
 * Age of the oldest event that is in Kafka and not in the archive, in seconds; 0 when none is. Undefined where
 * nobody commits how far the archive is: Firehose publishes its own `DeliveryToS3.DataFreshness`.
 */
export async function archiveLagSeconds(
  kafka: KafkaConnection,
  now: number,
): Promise<number | undefined> {
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
  return Math.max(0, ...ages);
}
