import { aws, custom } from "../types.ts";
import type { Resource } from "./resource.ts";
import type { Stack } from "./stack.ts";
import { NotKnown, type Reader } from "./value.ts";

/** A topic that the stack declares, whichever provider makes it. */
export interface Topic {
  readonly resource: Resource;
  readonly name: string;
  readonly partitions: number;
  /** Topic settings by Kafka's own names; undefined where the broker's apply. */
  setting(name: string): string | undefined;
}

export const topicTypes = [custom.mskTopic, custom.kafkaTopic];

/** Topics of Kafka itself and of its tools: nobody archives them. */
export const internalTopic = /^(__|connect-|mm2-|_schemas$)/;

/** @throws NotKnown */
export function topicOf(resource: Resource): Topic {
  const settings: Reader | undefined =
    resource.type === custom.mskTopic ? resource.json("configs") : resource.at("config");
  const name = resource.string("name");
  if (name === undefined) throw new NotKnown(`the name of ${resource.label} is not known`);
  return {
    resource,
    name,
    partitions: resource.number("partitionCount") ?? resource.number("partitions") ?? 1,
    // Kafka's names have dots, so they are no paths.
    setting: (key) => settings?.entry(key)?.string(""),
  };
}

/** Settings of a cluster's brokers by Kafka's own names, as far as its configuration says. */
export interface BrokerSettings {
  /** Undefined: the cluster runs with the service's defaults. */
  readonly configuration: Resource | undefined;
  readonly values: ReadonlyMap<string, string>;
}

/** @throws NotKnown when the configuration is not in the stack, or not known */
export function brokerSettings(stack: Stack, cluster: Resource): BrokerSettings {
  const target = stack.target(cluster, "configurationInfo.arn", aws.mskConfiguration);
  switch (target.kind) {
    case "nothing":
      return { configuration: undefined, values: new Map() };
    case "resource":
      return {
        configuration: target.resource,
        values: parseProperties(String(target.resource.string("serverProperties"))),
      };
    default:
      throw new NotKnown(`the configuration of ${cluster.label} is not in this stack`);
  }
}

/** Java properties, as a broker reads them. */
export function parseProperties(text: string): Map<string, string> {
  const lines = text.matchAll(/^[ \t]*([^#=:\s][^=:\s]*)[ \t]*[=: \t][ \t]*(.*?)[ \t\r]*$/gm);
  return new Map([...lines].map(([, key, value]) => [String(key), String(value)]));
}

/** Availability zones that the brokers are spread over: one client subnet each. */
export function zonesOf(cluster: Resource): number {
  return cluster.list("brokerNodeGroupInfo.clientSubnets").length;
}

/**
 * How long the broker keeps records where the topic says nothing: `log.retention.ms`, `.minutes`,
 * `.hours`; Kafka's default is 168 hours. https://kafka.apache.org/documentation/#brokerconfigs
 *
 * @returns seconds; Infinity for ever
 */
export function brokerRetentionSeconds(values: ReadonlyMap<string, string>): number {
  const units = [
    ["log.retention.ms", 0.001],
    ["log.retention.minutes", 60],
    ["log.retention.hours", 3600],
  ] as const;
  for (const [name, seconds] of units) {
    const value = values.get(name);
    if (value !== undefined) return Number(value) < 0 ? Infinity : Number(value) * seconds;
  }
  return 168 * 3600;
}

/** A way out of Kafka into long-term storage. */
export interface ArchivePath {
  readonly resource: Resource;
  /** True when this path takes the topic. */
  takes(topic: Topic, stack: Stack): boolean;
  /** Longest time that a record waits in it. @throws NotKnown */
  delaySeconds(): number;
}

/** Everything in the stack that archives topics. */
export function archivePaths(stack: Stack): ArchivePath[] {
  return [
    ...stack
      .of(aws.firehose)
      .filter((each) => each.has("mskSourceConfiguration"))
      .map(firehosePath),
    ...stack.of(aws.connector).filter(isSink).map(sinkPath),
  ];
}

function firehosePath(resource: Resource): ArchivePath {
  return {
    resource,
    takes: (topic, stack) => leadsTo(resource, "mskSourceConfiguration.topicName", topic, stack),
    // 300 where nothing is set.
    delaySeconds: () => resource.number("extendedS3Configuration.bufferingInterval") ?? 300,
  };
}

/** A connector that writes to S3: the Lenses sink, or Confluent's, or one named like them. */
export function isSink(connector: Resource): boolean {
  const settings = connector.at("connectorConfiguration");
  return /s3.*sink/i.test(String(settings.entry("connector.class")?.string("")));
}

function sinkPath(resource: Resource): ArchivePath {
  const settings = resource.at("connectorConfiguration");
  const text = (name: string) => settings.entry(name)?.string("");
  return {
    resource,
    takes: ({ name }) => {
      const named = text("topics")
        ?.split(",")
        .map((each) => each.trim());
      const pattern = text("topics.regex");
      return (
        named?.includes(name) === true ||
        (pattern !== undefined && new RegExp(`^(?:${pattern})$`).test(name))
      );
    },
    delaySeconds: () => {
      // Lenses: seconds, in the KCQL statement; 3600 where it says nothing. Confluent: milliseconds.
      const kcql = String(text("connect.s3.kcql"));
      const flush =
        /['"]flush\.interval['"]\s*=\s*'?(\d+)/.exec(kcql)?.[1] ??
        /WITH_FLUSH_INTERVAL\s*=\s*(\d+)/i.exec(kcql)?.[1];
      if (flush !== undefined) return Number(flush);
      const rotate = text("rotate.schedule.interval.ms") ?? text("rotate.interval.ms");
      return rotate === undefined ? 3600 : Number(rotate) / 1000;
    },
  };
}

function leadsTo(resource: Resource, path: string, topic: Topic, stack: Stack): boolean {
  const target = stack.target(resource, path, ...topicTypes);
  if (target.resource !== undefined) return target.resource === topic.resource;
  return resource.string(path) === topic.name;
}

/** How long a topic keeps records by time. @returns seconds; Infinity for ever @throws NotKnown */
export function retentionOf(topic: Topic, stack: Stack): number {
  const policy = topic.setting("cleanup.policy") ?? "delete";
  if (!policy.includes("delete")) return Infinity;
  const own = topic.setting("retention.ms");
  if (own !== undefined) return Number(own) < 0 ? Infinity : Number(own) / 1000;
  const target = stack.target(topic.resource, "clusterArn", aws.mskCluster);
  const [only, ...others] = stack.of(aws.mskCluster);
  const cluster = target.resource ?? (others.length === 0 ? only : undefined);
  if (cluster === undefined) {
    throw new NotKnown(
      `retention.ms of topic ${topic.name} is not set, and its cluster is not in this stack`,
    );
  }
  return brokerRetentionSeconds(brokerSettings(stack, cluster).values);
}
