import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { cluster, firehose } from "../../testing/kafka.ts";
import rule from "./source-position-explicit.ts";

type Replication = aws.types.input.msk.ReplicatorReplicationInfoListTopicReplication;
const replicator = (s: StackBuilder, topicReplications: Replication[]) =>
  s.add(aws.msk.Replicator, "replicator", {
    replicatorName: "r",
    serviceExecutionRoleArn: "r",
    kafkaClusters: [],
    replicationInfoList: {
      sourceKafkaClusterArn: "a",
      targetKafkaClusterArn: "b",
      targetCompressionType: "NONE",
      consumerGroupReplications: [],
      topicReplications,
    },
  });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "both say it, a stream without Kafka does not matter",
      stack: (s) => {
        firehose(s, "events", {}, { readFromTimestamp: "1970-01-01T00:00:00Z" });
        replicator(s, [{ topicsToReplicates: [".*"], startingPosition: { type: "EARLIEST" } }]);
        s.add(aws.kinesis.FirehoseDeliveryStream, "direct", { destination: "extended_s3" });
      },
      of: ["archive", "replicator"],
    },
    {
      title: "a time that is not known is a time",
      stack: (s) => firehose(s, "events", {}, { readFromTimestamp: notKnown() }),
    },
  ],
  violation: [
    {
      title: "a stream without",
      stack: (s) => firehose(s, "events"),
      says: "FirehoseDeliveryStream archive starts with what arrives once it is up: set mskSourceConfiguration.readFromTimestamp",
    },
    {
      title: "one of a replicator's lists without",
      stack: (s) =>
        replicator(s, [
          { topicsToReplicates: ["a"], startingPosition: { type: "EARLIEST" } },
          { topicsToReplicates: ["b"] },
        ]),
      says: "Replicator replicator starts with what arrives once it is up",
    },
  ],
  unknown: [
    {
      title: "lists that are not known",
      stack: (s) => replicator(s, notKnown()),
      says: "replicationInfoList.topicReplications of Replicator replicator is not known",
    },
  ],
  notApplicable: [
    {
      title: "nothing reads from Kafka",
      stack: (s) => {
        cluster(s);
        s.add(aws.kinesis.FirehoseDeliveryStream, "direct", { destination: "extended_s3" });
      },
      says: "nothing in the stack reads from Kafka",
    },
  ],
};
export default cases;
