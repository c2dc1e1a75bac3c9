import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { sink } from "../../testing/kafka.ts";
import rule from "./connector-safe.ts";

const tls = { kafkaClusterEncryptionInTransit: { encryptionType: "TLS" } };
const logs = {
  logDelivery: { workerLogDelivery: { cloudwatchLogs: { enabled: true, logGroup: "g" } } },
};

const cases: Cases = {
  rule,
  pass: [
    { title: "both", stack: (s) => sink(s, {}, { ...tls, ...logs }), of: ["sink"] },
    {
      title: "logs elsewhere",
      stack: (s) => {
        const to = (workerLogDelivery: object) => ({ logDelivery: { workerLogDelivery } as never });
        sink(s, {}, { ...tls, ...to({ firehose: { enabled: true } }) });
        sink(s, {}, { ...tls, ...to({ s3: { enabled: true } }) }, "other");
      },
      of: ["other", "sink"],
    },
  ],
  violation: [
    {
      title: "in the clear",
      stack: (s) => sink(s, {}, logs),
      says: "Connector sink talks to Kafka in PLAINTEXT",
    },
    {
      title: "no logs",
      stack: (s) => sink(s, {}, tls),
      says: "logs of Connector sink are kept nowhere",
    },
    {
      title: "logs off",
      stack: (s) =>
        sink(
          s,
          {},
          { ...tls, logDelivery: { workerLogDelivery: { firehose: { enabled: false } } } },
        ),
      says: "kept nowhere",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) =>
        sink(s, {}, { kafkaClusterEncryptionInTransit: { encryptionType: notKnown() } }),
    },
  ],
  notApplicable: [{ title: "no connector", stack: (s) => s.add(aws.kms.Key, "key", {}) }],
};
export default cases;
