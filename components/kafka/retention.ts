/** What a recovery needs of Kafka, and how much flows through it. */
export interface KafkaObjectives {
  /** Longest time between the starts of two backups. */
  readonly backupIntervalSeconds: number;
  /** How long a backup takes. */
  readonly backupSeconds: number;
  /** How long a restore takes until consuming goes on. */
  readonly restoreSeconds: number;
  /** Until somebody notices, decides and begins; nights and weekends are in here. */
  readonly marginSeconds: number;
  /** Of all partitions together at peak, as producers send them (compressed). */
  readonly bytesPerSecond: number;
  readonly partitions: number;
  /** How much more than the average the busiest partition gets. @default 1.5 */
  readonly skew?: number;
}

/** Retention that somebody asks for; refused where a recovery needs more. */
export interface RetentionWish {
  readonly seconds?: number;
  readonly bytesPerPartition?: number;
}

/** Brokers that hold the events. */
export interface KafkaStorage {
  readonly brokers: number;
  readonly replicationFactor: number;
  /** What storage autoscaling may grow a broker's volume to. */
  readonly maxGibPerBroker: number;
  /** A volume grows when it is fuller than this. */
  readonly fullPercent: number;
}

export interface Retention {
  /** `log.retention.ms`. */
  readonly milliseconds: number;
  /** `log.retention.bytes`, of one partition. */
  readonly bytesPerPartition: number;
  /** What a broker's volume begins with: all of it fits without growing. */
  readonly gibPerBroker: number;
}

/** Retention works on whole segments, so a partition holds up to one more. */
export const SEGMENT_BYTES = 256 << 20;

const GIB = 1 << 30;
const MIB = 1 << 20;

/**
 * How long and how much Kafka must keep so that a cluster restored from the last backup finds there
 * everything that its backup lacks: time *and* bytes, since Kafka deletes at whichever comes first.
 *
 * @throws Error, with the numbers, when the wish or the disk is too small
 */
export function deriveRetention(
  objectives: KafkaObjectives,
  storage: KafkaStorage,
  wish: RetentionWish = {},
): Retention {
  requirePositive(objectives);
  const { backupIntervalSeconds, backupSeconds, restoreSeconds, marginSeconds } = objectives;
  const needed = backupIntervalSeconds + backupSeconds + restoreSeconds + marginSeconds;
  const sum =
    `${hours(backupIntervalSeconds)} between backups + ${hours(backupSeconds)} for a backup + ` +
    `${hours(restoreSeconds)} for a restore + ${hours(marginSeconds)} margin = ${hours(needed)}`;
  const seconds = wish.seconds ?? Math.ceil(needed / 3600) * 3600;
  if (seconds < needed) {
    throw new Error(
      `Kafka shall keep events for ${hours(seconds)}, and a recovery needs ${sum}: what was deleted ` +
        `before is in no backup. Write at least ${hours(needed)}, or back up more often.`,
    );
  }
  const { bytesPerSecond, partitions, skew = 1.5 } = objectives;
  const busiest = (bytesPerSecond / partitions) * skew;
  const bytesPerPartition = wish.bytesPerPartition ?? upTo(busiest * seconds, MIB);
  if (bytesPerPartition < busiest * needed) {
    throw new Error(
      `Kafka shall keep ${gib(bytesPerPartition)} of a partition, which is full after ` +
        `${hours(bytesPerPartition / busiest)} at ${Math.ceil(busiest)} bytes a second, and a recovery needs ` +
        `${sum}. Write at least ${gib(busiest * needed)}, or more partitions.`,
    );
  }
  return {
    milliseconds: seconds * 1000,
    bytesPerPartition,
    gibPerBroker: volume(bytesPerPartition, partitions, storage, sum),
  };
}

function volume(
  bytesPerPartition: number,
  partitions: number,
  { brokers, replicationFactor, maxGibPerBroker, fullPercent }: KafkaStorage,
  sum: string,
): number {
  const replicas = Math.ceil((partitions * replicationFactor) / brokers);
  const bytes = replicas * (bytesPerPartition + SEGMENT_BYTES);
  const needed = Math.ceil((bytes / GIB / fullPercent) * 100);
  if (needed <= maxGibPerBroker) return needed;
  throw new Error(
    `Each of ${brokers} brokers holds ${replicas} replicas of ${gib(bytesPerPartition)} and needs a volume of ` +
      `${needed} GiB (no fuller than ${fullPercent} %), and at most ${maxGibPerBroker} GiB are allowed: a full ` +
      `disk stops the broker. It follows from ${sum}. Allow larger volumes, use more brokers, or back up more often.`,
  );
}

function requirePositive(objectives: KafkaObjectives): void {
  for (const [name, value] of Object.entries(objectives) as [string, number][]) {
    if (Number.isFinite(value) && value > 0) continue;
    throw new Error(
      `The objective ${name} is ${value}: nothing can be derived from it. Write a number above 0.`,
    );
  }
}

const upTo = (value: number, step: number): number => Math.ceil(value / step) * step;
const hours = (seconds: number): string => `${Math.round((seconds / 3600) * 100) / 100} h`;
const gib = (bytes: number): string => `${Math.ceil((bytes / GIB) * 100) / 100} GiB`;
