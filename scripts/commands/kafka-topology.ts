import { z } from "zod";
import { defineCommand, UserError } from "../command.ts";
import { requireParts } from "../connection.ts";
import { applyTopology } from "../kafka/topology.ts";
import { guardEnsemble } from "../zookeeper/guard.ts";

const params = z.object({
  topics: z
    .array(
      z.object({
        name: z.string(),
        partitions: z.int().positive(),
        configs: z.record(z.string(), z.string()).default({}),
      }),
    )
    .min(1)
    .optional()
    .describe("topics to have; by default the connection's events topic"),
  consumerEpoch: z
    .int()
    .positive()
    .optional()
    .describe("epoch whose ClickHouse login, alone, may consume; by default that stays as it is"),
});

export default defineCommand({
  name: "kafka-topology",
  summary: "Makes Kafka's logins, topics and access rules exactly what is declared",
  params,
  async run(connection, { topics, consumerEpoch }, reporter) {
    const { kafka } = requireParts(connection, ["kafka"]);
    const { consumer } = kafka;
    if (consumerEpoch !== undefined && consumer?.epoch !== consumerEpoch) {
      throw new UserError(
        `the connection holds no ClickHouse login of epoch ${String(consumerEpoch)} ` +
          `(it has ${consumer?.name ?? "none"}): nothing was changed. Pass the epoch of the ` +
          "connection's own consumer, or none.",
      );
    }
    const declared = topics ?? [{ name: kafka.topic, partitions: kafka.partitions, configs: {} }];
    const found = await applyTopology(
      kafka,
      declared,
      consumerEpoch === undefined ? undefined : consumer?.name,
      reporter,
    );
    if (connection.zookeeper) await guardEnsemble(connection.zookeeper);
    return {
      ...found,
      topicIds: Object.fromEntries(found.topics.map((topic) => [topic.name, topic.topicId])),
    };
  },
});
