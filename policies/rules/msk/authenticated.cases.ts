import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { cluster } from "../../testing/kafka.ts";
import rule from "./authenticated.ts";

const serverless = (s: StackBuilder, enabled: boolean) =>
  s.add(aws.msk.ServerlessCluster, "serverless", {
    vpcConfigs: [],
    clientAuthentication: { sasl: { iam: { enabled } } },
  });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "three ways",
      stack: (s) => {
        cluster(s, { clientAuthentication: { sasl: { iam: true } } });
        cluster(
          s,
          { clientAuthentication: { sasl: { scram: true }, unauthenticated: false } },
          { name: "second" },
        );
        cluster(
          s,
          { clientAuthentication: { tls: { certificateAuthorityArns: ["a"] } } },
          { name: "third" },
        );
      },
      of: ["kafka", "second", "third"],
    },
    { title: "serverless", stack: (s) => serverless(s, true) },
  ],
  violation: [
    { title: "nobody", stack: (s) => cluster(s), says: "Cluster kafka knows nobody" },
    {
      title: "everybody besides",
      stack: (s) =>
        cluster(s, { clientAuthentication: { sasl: { iam: true }, unauthenticated: true } }),
      says: "lets everybody in: set clientAuthentication.unauthenticated to false",
    },
    {
      title: "off",
      stack: (s) =>
        cluster(s, {
          clientAuthentication: {
            sasl: { iam: false, scram: false },
            tls: { certificateAuthorityArns: [] },
          },
        }),
      says: "knows nobody",
    },
    {
      title: "serverless, off",
      stack: (s) => serverless(s, false),
      says: "ServerlessCluster serverless knows nobody",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) =>
        cluster(s, { clientAuthentication: { unauthenticated: notKnown(), sasl: { iam: true } } }),
    },
  ],
  notApplicable: [{ title: "no cluster", stack: (s) => s.add(aws.kms.Key, "key", {}) }],
};
export default cases;
