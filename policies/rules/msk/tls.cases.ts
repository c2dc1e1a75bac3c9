import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import rule from "./tls.ts";

type InTransit = aws.types.input.msk.ClusterEncryptionInfoEncryptionInTransit;

const cluster = (s: StackBuilder, inTransit?: InTransit) =>
  s.add(aws.msk.Cluster, "kafka", {
    kafkaVersion: "3.9.x",
    numberOfBrokerNodes: 3,
    brokerNodeGroupInfo: {
      clientSubnets: ["subnet-1", "subnet-2", "subnet-3"],
      instanceType: "kafka.m7g.large",
      securityGroups: ["sg-1"],
    },
    ...(inTransit === undefined ? {} : { encryptionInfo: { encryptionInTransit: inTransit } }),
  });

const cases: Cases = {
  rule,
  pass: [
    { title: "the defaults", stack: (s) => cluster(s), of: ["kafka"] },
    { title: "set", stack: (s) => cluster(s, { clientBroker: "TLS", inCluster: true }) },
  ],
  violation: [
    {
      title: "clients may choose",
      stack: (s) => cluster(s, { clientBroker: "TLS_PLAINTEXT" }),
      says: "by TLS_PLAINTEXT: set encryptionInfo.encryptionInTransit.clientBroker to TLS",
    },
    {
      title: "brokers in the clear",
      stack: (s) => cluster(s, { inCluster: false }),
      says: "brokers of Cluster kafka talk in the clear",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => cluster(s, { clientBroker: notKnown() }),
      says: "encryptionInfo.encryptionInTransit.clientBroker of Cluster kafka is not known",
    },
  ],
  notApplicable: [{ title: "no cluster", stack: (s) => s.add(aws.kms.Key, "key", {}) }],
};
export default cases;
