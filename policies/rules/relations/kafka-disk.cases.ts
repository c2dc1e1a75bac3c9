import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { cluster } from "../../testing/kafka.ts";
import rule from "./kafka-disk.ts";

/** 4 hours at 2^20 × 10 bytes, kept three times. */
const objectives = {
  backup: { interval: "1 hour", duration: "1 hour" },
  restore: { size: "3.6 TB", throughput: "1 GB" },
  stream: { rate: "10485760 B", margin: "1 hour" },
};
const brokers =
  (volumeSize: pulumi.Input<number>, zones = 3, properties?: string) =>
  (s: StackBuilder) => {
    const settings =
      properties === undefined
        ? undefined
        : s.add(aws.msk.Configuration, "settings", { serverProperties: properties });
    cluster(
      s,
      {
        brokerNodeGroupInfo: {
          clientSubnets: Array.from({ length: zones }, (_, i) => `subnet-${i}`),
          instanceType: "kafka.m7g.large",
          securityGroups: [],
          storageInfo: { ebsStorageInfo: { volumeSize } },
        },
        ...(settings === undefined
          ? {}
          : { configurationInfo: { arn: settings.arn, revision: 1 } }),
      },
      { zones },
    );
  };

const cases: Cases = {
  rule,
  pass: [
    // 421.875 GiB are needed.
    { title: "just enough", stack: brokers(141), objectives, config: { usable: 1 }, of: ["kafka"] },
    { title: "two replicas need less", stack: brokers(94, 2), objectives, config: { usable: 1 } },
    {
      title: "to the byte",
      stack: brokers(225),
      objectives: { ...objectives, stream: { rate: "16777216 B", margin: "1 hour" } },
      config: { usable: 1 },
    },
    { title: "with room to spare", stack: brokers(166), objectives },
  ],
  violation: [
    {
      title: "a little less",
      stack: brokers(140),
      objectives,
      config: { usable: 1 },
      says: "has room for 451 GB (3 × 140 GiB × 1), 453 GB are needed: 10.5 MB a second × 4 hours × 3 replicas; set brokerNodeGroupInfo.storageInfo.ebsStorageInfo.volumeSize to 141",
    },
    { title: "full disks do not count", stack: brokers(165), objectives, says: "to 166" },
    {
      title: "more replicas",
      stack: brokers(141, 3, "default.replication.factor=4"),
      objectives,
      config: { usable: 1 },
      says: "× 4 replicas",
    },
  ],
  unknown: [{ title: "not known", stack: brokers(notKnown()), objectives, says: "volumeSize" }],
  notApplicable: [
    { title: "no cluster", stack: (s) => s.add(aws.kms.Key, "key", {}), objectives },
    {
      title: "nothing is declared",
      stack: brokers(1),
      says: "objectives.backup and objectives.restore are not declared",
    },
    {
      title: "no rate is declared",
      stack: brokers(1),
      objectives: { ...objectives, stream: {} },
      says: "rate",
    },
    {
      title: "tiered storage",
      stack: (s) => cluster(s, { storageMode: "TIERED" }),
      objectives,
      says: "tiered",
    },
    { title: "no disks", stack: (s) => cluster(s), objectives, says: "no disks of their own" },
  ],
};
export default cases;
