import { Consumer, FetchIsolationLevels } from "@platformatic/kafka";
import type { fetchV17 } from "@platformatic/kafka";
import { UserError } from "../command.ts";
import type { ConsumerLogin, KafkaConnection } from "../connection.ts";
import {
  apiOf,
  brokerErrorName,
  clientOptions,
  consumerLogin,
  settled,
  withAdmin,
} from "./client.ts";
import { describeTopic, topicMetadata } from "./topics.ts";

/** One try to consume with a login that must not be able to. */
export interface Attempt {
  readonly refused: boolean;
  /** The broker's own name for the refusal, or what was achieved. */
  readonly error: string;
}

export interface AttackResult {
  /** Both ways were refused by the broker, with an authorization or authentication error. */
  readonly refused: boolean;
  readonly groupError: string;
  readonly assignError: string;
}

type FetchRequest = [...Parameters<typeof fetchV17.createRequest>];

/** Only these mean "no": a timeout or a dead broker proves nothing. */
const REFUSALS = new Set([
  "GROUP_AUTHORIZATION_FAILED",
  "TOPIC_AUTHORIZATION_FAILED",
  "CLUSTER_AUTHORIZATION_FAILED",
  "SASL_AUTHENTICATION_FAILED",
]);

/**
 * Tries to consume with a former consumer's own login, as a member of its group and by assigning
 * partitions past the group. Commits nothing; a join that succeeds is left again at once.
 *
 * @throws Error when neither success nor a refusal was the answer (no broker, timeout)
 */
export async function attack(kafka: KafkaConnection, login: ConsumerLogin): Promise<AttackResult> {
  const [group, assign] = await Promise.all([
    attackByGroup(kafka, login),
    attackByAssign(kafka, login),
  ]);
  return {
    refused: group.refused && assign.refused,
    groupError: group.error,
    assignError: assign.error,
  };
}

export async function attackByGroup(
  kafka: KafkaConnection,
  login: ConsumerLogin,
): Promise<Attempt> {
  return attempt(kafka, login, async (consumer) => {
    const { topics } = consumer;
    topics.track(kafka.topic);
    const member = await settled(() =>
      consumer.joinGroup({ sessionTimeout: 6000, heartbeatInterval: 2000 }),
    );
    return `joined the group ${kafka.group} as ${member}`;
  });
}

/** Knows the topic's id and leader beforehand: hiding them from the attacker would be no fence. */
export async function attackByAssign(
  kafka: KafkaConnection,
  login: ConsumerLogin,
): Promise<Attempt> {
  const { topicId, leader, partition, earliest } = await target(kafka);
  return attempt(kafka, login, async (consumer) => {
    const connection = (await consumer.connectToBrokers([leader])).get(leader);
    if (connection === undefined) throw new Error(`broker ${String(leader)} does not answer`);
    const fetch = await apiOf<FetchRequest, fetchV17.FetchResponse>(consumer, "Fetch");
    const answer = await fetch.async(
      connection,
      500,
      1,
      65_536,
      FetchIsolationLevels.READ_COMMITTED,
      0,
      -1,
      [
        {
          topicId,
          partitions: [
            {
              partition,
              currentLeaderEpoch: -1,
              fetchOffset: BigInt(earliest),
              lastFetchedEpoch: -1,
              partitionMaxBytes: 65_536,
            },
          ],
        },
      ],
      [],
      "",
    );
    const batches = answer.responses[0]?.partitions[0]?.records?.length ?? 0;
    return `fetched ${String(batches)} batches of ${kafka.topic}`;
  });
}

async function target(kafka: KafkaConnection) {
  return withAdmin(kafka, async (admin) => {
    const state = await describeTopic(admin, kafka.topic);
    const topic = (await topicMetadata(admin, kafka.topic)).topics.get(kafka.topic);
    const fullest = state.partitions.reduce((best, each) =>
      each.latest - each.earliest > best.latest - best.earliest ? each : best,
    );
    return {
      topicId: topic?.id ?? "",
      leader: topic?.partitions[fullest.partition]?.leader ?? -1,
      partition: fullest.partition,
      earliest: fullest.earliest,
    };
  });
}

/**
 * A certificate is always that of the former consumer; a password may be one that it does not use any
 * more, and would then be refused whatever its access rules say.
 */
function isWrongPassword(login: ConsumerLogin, name: string): boolean {
  return login.kind === "scram" && name === "SASL_AUTHENTICATION_FAILED";
}

async function attempt(
  kafka: KafkaConnection,
  login: ConsumerLogin,
  consume: (consumer: Consumer) => Promise<string>,
): Promise<Attempt> {
  const consumer = new Consumer({
    ...clientOptions(kafka, consumerLogin(login)),
    clientId: `attack-${login.name}`,
    groupId: kafka.group,
  });
  try {
    return { refused: false, error: await consume(consumer) };
  } catch (error) {
    const name = brokerErrorName(error);
    if (REFUSALS.has(name) && !isWrongPassword(login, name)) return { refused: true, error: name };
    if (isWrongPassword(login, name)) {
      throw new UserError(
        `trying to consume as ${login.name} proves nothing: Kafka does not know this password, so nobody asked its ` +
          "access rules. If the login's secret was changed or taken from the cluster, take the connection anew from its " +
          "stack (`pulumi up --refresh`), or associate the secret again; then run this recovery again.",
        { cause: error },
      );
    }
    throw new Error(
      `trying to consume as ${login.name} ended neither in success nor in a refusal: ${name}`,
      { cause: error },
    );
  } finally {
    await consumer.close();
  }
}
