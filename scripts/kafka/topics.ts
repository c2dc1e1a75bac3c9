import { setTimeout as sleep } from "node:timers/promises";
import { ListOffsetTimestamps } from "@platformatic/kafka";
import type { Admin, ClusterMetadata, metadataV12 } from "@platformatic/kafka";
import { UserError } from "../command.ts";
import type { KafkaConnection } from "../connection.ts";
import { apiOf, brokerErrorName, everyBroker, settled, withAdmin } from "./client.ts";

/** How long a broker may take to hear of a new topic. */
const propagationSeconds = 30;

export interface DeclaredTopic {
  readonly name: string;
  readonly partitions: number;
  /** Only what differs from the broker's defaults. */
  readonly configs: Readonly<Record<string, string>>;
}

export interface PartitionOffsets {
  readonly partition: number;
  /** The first offset that the broker still has (the log start). */
  readonly earliest: number;
  /** The offset that the next record gets. */
  readonly latest: number;
}

export interface TopicState {
  readonly clusterId: string;
  /** As Kafka's own tools write it: 22 characters of base64url. */
  readonly topicId: string;
  readonly topic: string;
  readonly partitions: readonly PartitionOffsets[];
}

/** Identity of the events topic and what of it the brokers hold. @throws UserError without a topic */
export async function topicState(
  kafka: KafkaConnection,
  topic: string = kafka.topic,
): Promise<TopicState> {
  return withAdmin(kafka, (admin) => describeTopic(admin, topic));
}

export async function describeTopic(admin: Admin, topic: string): Promise<TopicState> {
  return settled(() => describeOnce(admin, topic));
}

async function describeOnce(admin: Admin, topic: string): Promise<TopicState> {
  const metadata = await topicMetadata(admin, topic);
  const found = metadata.topics.get(topic);
  if (found === undefined) throw missingTopic(topic);
  const partitions = Array.from({ length: found.partitionsCount }, (_, index) => index);
  const [earliest, latest] = await Promise.all(
    [ListOffsetTimestamps.EARLIEST, ListOffsetTimestamps.LATEST].map(async (timestamp) => {
      const [listed] = await admin.listOffsets({
        topics: [
          {
            name: topic,
            partitions: partitions.map((partitionIndex) => ({ partitionIndex, timestamp })),
          },
        ],
      });
      return new Map(
        listed?.partitions.map((each) => [each.partitionIndex, Number(each.offset)]) ?? [],
      );
    }),
  );
  return {
    clusterId: metadata.id,
    topicId: shortUuid(found.id),
    topic,
    partitions: partitions.map((partition) => ({
      partition,
      earliest: earliest?.get(partition) ?? 0,
      latest: latest?.get(partition) ?? 0,
    })),
  };
}

/** Fresh metadata of one topic. @throws UserError when it does not exist */
export async function topicMetadata(admin: Admin, topic: string): Promise<ClusterMetadata> {
  try {
    return await settled(() => admin.metadata({ topics: [topic], forceUpdate: true }));
  } catch (error) {
    if (isUnknownTopic(error)) throw missingTopic(topic);
    throw error;
  }
}

/** The topic's partition count, or undefined when there is no such topic. */
export async function partitionCount(admin: Admin, topic: string): Promise<number | undefined> {
  try {
    const metadata = await settled(() => admin.metadata({ topics: [topic], forceUpdate: true }));
    return metadata.topics.get(topic)?.partitionsCount;
  } catch (error) {
    if (isUnknownTopic(error)) return undefined;
    throw error;
  }
}

/**
 * Makes a topic and waits until every broker knows it with a leader for each partition: until then, one
 * of them may answer that there is no such topic, whichever the next command asks.
 */
export async function createTopic(
  admin: Admin,
  { name, partitions, configs }: DeclaredTopic,
  replicationFactor: number,
): Promise<void> {
  await admin.createTopics({
    topics: [name],
    partitions,
    replicas: replicationFactor,
    configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
  });
  const metadata = await apiOf<[string[], boolean], metadataV12.MetadataResponse>(
    admin,
    "Metadata",
  );
  const waiting = await everyBroker(admin);
  const deadline = Date.now() + propagationSeconds * 1000;
  for (;;) {
    for (const [id, connection] of waiting) {
      const known = settled(() => metadata.async(connection, [name], false)).then(
        () => true,
        (error: unknown) => {
          if (isUnknownTopic(error)) return false;
          throw error;
        },
      );
      if (await known) waiting.delete(id);
    }
    if (waiting.size === 0) return;
    if (Date.now() > deadline) {
      throw new UserError(
        `broker ${[...waiting.keys()].join(", ")} does not know the new topic ${name} after ` +
          `${String(propagationSeconds)} s. See whether it has lost its ZooKeeper or controller; restart it, ` +
          "then run this again: nothing is done twice.",
      );
    }
    await sleep(25);
  }
}

/** `8-4-4-4-12` hexadecimal digits as 22 characters of base64url. */
export function shortUuid(uuid: string): string {
  return Buffer.from(uuid.replaceAll("-", ""), "hex").toString("base64url");
}

function missingTopic(topic: string): UserError {
  return new UserError(
    `the topic ${topic} does not exist in this cluster: nothing was read or changed. Make it with ` +
      "`kafka-topology` (`pulumi up` does), or correct `eventsTopic` in the stack's settings.",
  );
}

function isUnknownTopic(error: unknown): boolean {
  return (
    brokerErrorName(error) === "UNKNOWN_TOPIC_OR_PARTITION" ||
    (error instanceof Error && error.message.startsWith("Unknown topic"))
  );
}
