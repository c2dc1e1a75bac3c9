import kafkajs, { type Consumer } from "kafkajs";
import { UserError } from "../command.ts";
import type { KafkaConnection } from "../connection.ts";
import { ARCHIVER_GROUP } from "../kafka/acls.ts";
import { kafkaJsLogin, type KafkaLogin, withAdmin } from "../kafka/client.ts";
import { requireCluster } from "../kafka/cluster.ts";
import { describeTopic, type TopicState } from "../kafka/topics.ts";
import { prepareKafkaJs } from "./lossless-kafkajs.ts";

type ScramLogin = Extract<KafkaLogin, { kind: "scram" }>;

/** @throws UserError when the connection has no archiver's login. */
export function archiverLogin(kafka: KafkaConnection): ScramLogin {
  if (kafka.archiver !== undefined) return { kind: "scram", ...kafka.archiver };
  throw new UserError(
    "the connection holds no login of the archiver (`kafka.archiver`). Use the stack's own connection.",
  );
}

/**
 * Which cluster and topic answer at the address.
 * @throws UserError when it is another cluster than the connection says, or the topic is not there.
 */
export async function topicIdentity(kafka: KafkaConnection): Promise<TopicState> {
  return withAdmin(
    kafka,
    async (admin) => {
      await requireCluster(admin, kafka);
      return describeTopic(admin, kafka.topic);
    },
    archiverLogin(kafka),
  );
}

export interface PartitionProgress {
  readonly partition: number;
  /** Every offset below is durable in the archive; null before the first commit. */
  readonly next: number | null;
  /** Where the partition ends now. */
  readonly end: number;
  /** Offsets between them. */
  readonly lag: number;
}

/**
 * The group whose commits say how far the archive is: the archiver's, or a sink connector's, which commits what
 * it has uploaded. Undefined: nobody's do, as with Firehose.
 */
export function archiveGroup({ archive }: Pick<KafkaConnection, "archive">): string | undefined {
  if (archive === undefined || archive.kind === "archiver") return ARCHIVER_GROUP;
  return archive.kind === "connect" ? archive.group : undefined;
}

/**
 * How far the archive is behind each partition, from the broker: nothing is known of one whose writer
 * commits nothing. Any login that may describe topic and group does.
 */
export async function archiveProgress(
  kafka: KafkaConnection,
  login: KafkaLogin = archiverLogin(kafka),
): Promise<PartitionProgress[]> {
  return withAdmin(
    kafka,
    async (admin) => {
      const { partitions } = await describeTopic(admin, kafka.topic);
      const partitionIndexes = partitions.map(({ partition }) => partition);
      const groupId = archiveGroup(kafka);
      const [group] =
        groupId === undefined
          ? []
          : await admin.listConsumerGroupOffsets({
              groups: [{ groupId, topics: [{ name: kafka.topic, partitionIndexes }] }],
            });
      const committed = group?.topics.find((topic) => topic.name === kafka.topic)?.partitions ?? [];
      return partitions.map(({ partition, earliest, latest }) => {
        const found = committed.find((one) => one.partitionIndex === partition)?.committedOffset;
        const next = found === undefined || found < 0n ? null : Number(found);
        return { partition, next, end: latest, lag: Math.max(0, latest - (next ?? earliest)) };
      });
    },
    login,
  );
}

/** The archiver's consumer (headers as they are: see `lossless-kafkajs.ts`). Not connected yet. */
export function archiveConsumer(
  kafka: KafkaConnection,
  sessionTimeoutSeconds: number,
  onTrouble: (message: string) => void,
): Consumer {
  prepareKafkaJs();
  const { Kafka, logLevel } = kafkajs;
  const login = archiverLogin(kafka);
  const client = new Kafka({
    clientId: "archiver",
    ...kafkaJsLogin(kafka, login),
    connectionTimeout: 5_000,
    requestTimeout: 30_000,
    logLevel: logLevel.ERROR,
    logCreator:
      () =>
      ({ log }) => {
        const error: unknown = log["error"];
        onTrouble(typeof error === "string" ? `${log.message}: ${error}` : log.message);
      },
    retry: { retries: 8, initialRetryTime: 300, maxRetryTime: 10_000 },
  });
  return client.consumer({
    groupId: ARCHIVER_GROUP,
    readUncommitted: false,
    allowAutoTopicCreation: false,
    sessionTimeout: sessionTimeoutSeconds * 1000,
    heartbeatInterval: Math.min(3_000, (sessionTimeoutSeconds * 1000) / 3),
    // Bounds what decoded batches take in memory; a larger single record still comes through.
    maxBytesPerPartition: 512 << 10,
    maxBytes: 1 << 20,
    maxWaitTimeInMs: 500,
    retry: { retries: 8, initialRetryTime: 300, maxRetryTime: 10_000 },
  });
}
