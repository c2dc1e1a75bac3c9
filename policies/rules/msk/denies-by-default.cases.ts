import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { type StackBuilder } from "../../testing/builder.ts";
import { cluster } from "../../testing/kafka.ts";
import rule from "./denies-by-default.ts";

const scram = (s: StackBuilder, serverProperties?: string) => {
  const settings =
    serverProperties === undefined
      ? undefined
      : s.add(aws.msk.Configuration, "settings", { serverProperties });
  return cluster(s, {
    clientAuthentication: { sasl: { scram: true } },
    ...(settings === undefined ? {} : { configurationInfo: { arn: settings.arn, revision: 1 } }),
  });
};

const cases: Cases = {
  rule,
  pass: [
    {
      title: "denied",
      stack: (s) => scram(s, "allow.everyone.if.no.acl.found=false"),
      of: ["kafka"],
    },
  ],
  violation: [
    {
      title: "the default",
      stack: (s) => scram(s),
      says: "set allow.everyone.if.no.acl.found=false in an aws.msk.Configuration of its own",
    },
    {
      title: "not in the configuration",
      stack: (s) => scram(s, "min.insync.replicas=2"),
      says: "in serverProperties of Configuration settings",
    },
    {
      title: "allowed",
      stack: (s) => scram(s, "allow.everyone.if.no.acl.found=true"),
      says: "may do what no rule forbids",
    },
    {
      title: "certificates",
      stack: (s) =>
        cluster(s, { clientAuthentication: { tls: { certificateAuthorityArns: ["a"] } } }),
      says: "every login of Cluster kafka",
    },
  ],
  unknown: [
    {
      title: "a configuration elsewhere",
      stack: (s) =>
        cluster(s, {
          clientAuthentication: { sasl: { scram: true } },
          configurationInfo: { arn: "arn", revision: 1 },
        }),
    },
  ],
  notApplicable: [
    {
      title: "only IAM",
      stack: (s) => cluster(s, { clientAuthentication: { sasl: { iam: true } } }),
      says: "IAM's rights",
    },
    { title: "no cluster", stack: (s) => s.add(aws.kms.Key, "key", {}) },
  ],
};
export default cases;
