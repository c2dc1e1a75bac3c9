import type { Admin } from "@platformatic/kafka";
import { UserError } from "../command.ts";
import type { Reporter } from "../command.ts";
import type { KafkaConnection } from "../connection.ts";
import { changeAcls, consumerEpoch, declaredAcls, describeAcls, planAcls } from "./acls.ts";
import type { AclEntry } from "./acls.ts";
import { withAdmin } from "./client.ts";
import { requireCluster } from "./cluster.ts";
import { declaredLogins, ensureLogins, knownLogins, listLogins } from "./scram.ts";
import { readTopicConfigs, setTopicConfigs } from "./topic-configs.ts";
import { createTopic, partitionCount, shortUuid, topicMetadata } from "./topics.ts";
import type { DeclaredTopic } from "./topics.ts";

export interface TopologyTopic extends DeclaredTopic {
  readonly topicId: string;
  readonly replicationFactor: number;
}

/** What a cluster consists of besides its records: the part of it that a ledger keeps. */
export interface Topology {
  readonly clusterId: string;
  readonly topics: readonly TopologyTopic[];
  readonly acls: readonly AclEntry[];
  /** Names of the SCRAM logins. */
  readonly logins: readonly string[];
}

/**
 * Makes logins, topics and access rules what they are declared to be, and nothing else of them.
 * Running it again changes nothing.
 *
 * @param consumer name of the one login that ClickHouse may consume with. None: rules of its logins are
 *   neither given nor taken away, as `attach` and the fence do that
 * @throws UserError, with nothing changed, when another cluster answers, a topic has another number
 *   of partitions, or a later epoch's consumer has been let in
 */
export async function applyTopology(
  kafka: KafkaConnection,
  topics: readonly DeclaredTopic[],
  consumer: string | undefined,
  reporter: Reporter,
): Promise<Topology> {
  const acls = declaredAcls(kafka, consumer);
  return withAdmin(kafka, async (admin) => {
    const clusterId = await requireCluster(admin, kafka);
    const present = await describeAcls(admin);
    refuseLaterEpoch(present, consumer);
    const missing = await missingTopics(admin, topics);

    // MSK takes them from Secrets Manager, where the stack puts them.
    if (kafka.iam === undefined) await ensureLogins(admin, kafka, declaredLogins(kafka));
    for (const topic of missing) {
      await createTopic(admin, topic, kafka.replicationFactor);
      reporter.progress(`topic ${topic.name} made, ${String(topic.partitions)} partitions`);
    }
    const existing = topics.filter((topic) => !missing.includes(topic));
    for (const topic of existing) await setTopicConfigs(admin, topic.name, topic.configs);
    const plan = planAcls(present, acls);
    const { add } = plan;
    // Run again beneath a consumer that `attach` has let in, as when a password changes: it stays.
    const remove = plan.remove.filter(
      ({ principal }) => consumer !== undefined || consumerEpoch(principal) === undefined,
    );
    await changeAcls(admin, add, remove);
    if (add.length + remove.length > 0) {
      reporter.progress(
        `access rules: ${String(add.length)} added, ${String(remove.length)} taken away`,
      );
    }
    return readTopology(
      admin,
      kafka,
      clusterId,
      topics.map((topic) => topic.name),
    );
  });
}

/** What the cluster consists of now, for a ledger. */
export async function captureTopology(
  kafka: KafkaConnection,
  topics: readonly string[] = [kafka.topic],
): Promise<Topology> {
  return withAdmin(kafka, async (admin) =>
    readTopology(admin, kafka, await requireCluster(admin, kafka), topics),
  );
}

/**
 * How a cluster differs from a declared or recorded one, a line each; empty when it is the same.
 * Rules of ClickHouse logins count only where the cluster has one too many: which of them may
 * consume now is for the fence to say, not for an old record.
 */
export function compareTopology(wanted: Topology, found: Topology): string[] {
  const lines: string[] = [];
  if (wanted.clusterId !== found.clusterId) {
    lines.push(`the cluster is ${found.clusterId}, not ${wanted.clusterId}`);
  }
  for (const topic of wanted.topics) {
    const same = found.topics.find((each) => each.name === topic.name);
    if (same === undefined) lines.push(`the topic ${topic.name} is missing`);
    else if (same.topicId !== topic.topicId) {
      lines.push(
        `the topic ${topic.name} is another one of that name: ${same.topicId}, not ${topic.topicId}`,
      );
    } else if (same.partitions !== topic.partitions) {
      lines.push(
        `the topic ${topic.name} has ${String(same.partitions)} partitions, not ${String(topic.partitions)}`,
      );
    }
  }
  for (const login of wanted.logins) {
    if (!found.logins.includes(login)) lines.push(`the login ${login} is missing`);
  }
  const { add, remove } = planAcls(found.acls, wanted.acls);
  const isConsumer = (entry: AclEntry) => consumerEpoch(entry.principal) !== undefined;
  lines.push(
    ...add.filter((entry) => !isConsumer(entry)).map((entry) => `missing rule: ${say(entry)}`),
    ...remove.map((entry) => `rule too many: ${say(entry)}`),
  );
  return lines;
}

function say(entry: AclEntry): string {
  const { permission, principal, operation, resourceType, patternType, resourceName } = entry;
  return `${permission} ${principal} ${operation} ${resourceType} ${patternType} ${resourceName}`;
}

/** An old primary must not take the rule of the side that took over. */
function refuseLaterEpoch(present: readonly AclEntry[], consumer: string | undefined): void {
  const mine = consumer === undefined ? undefined : consumerEpoch(`User:${consumer}`);
  if (mine === undefined) return;
  const later = present.find((entry) => (consumerEpoch(entry.principal) ?? 0) > mine);
  if (later === undefined) return;
  throw new UserError(
    `${later.principal} of a later epoch already consumes from this cluster, this stack is at epoch ` +
      `${String(mine)}: somebody else took over, and nothing was changed. Destroy this stack or make it the ` +
      "standby; do not let both consume.",
  );
}

async function missingTopics(
  admin: Admin,
  topics: readonly DeclaredTopic[],
): Promise<DeclaredTopic[]> {
  const missing: DeclaredTopic[] = [];
  for (const topic of topics) {
    const count = await partitionCount(admin, topic.name);
    if (count === undefined) missing.push(topic);
    else if (count !== topic.partitions) {
      throw new UserError(
        `the topic ${topic.name} has ${String(count)} partitions, but ${String(topic.partitions)} are declared: ` +
          "nothing was changed. Events of one key would move to another partition and offsets on " +
          `record would mean something else. Declare ${String(count)}, or use a new topic name.`,
      );
    }
  }
  return missing;
}

async function readTopology(
  admin: Admin,
  kafka: KafkaConnection,
  clusterId: string,
  names: readonly string[],
): Promise<Topology> {
  const topics: TopologyTopic[] = [];
  for (const name of names) {
    const found = (await topicMetadata(admin, name)).topics.get(name);
    if (found === undefined) continue;
    topics.push({
      name,
      topicId: shortUuid(found.id),
      partitions: found.partitionsCount,
      replicationFactor: found.partitions[0]?.replicas.length ?? 0,
      configs: await readTopicConfigs(admin, name),
    });
  }
  return {
    clusterId,
    topics,
    acls: await describeAcls(admin),
    logins: kafka.iam === undefined ? await listLogins(admin) : knownLogins(kafka),
  };
}
