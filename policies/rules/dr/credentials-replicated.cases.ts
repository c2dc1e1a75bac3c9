import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, nowhere, type StackBuilder } from "../../testing/builder.ts";
import rule from "./credentials-replicated.ts";

const secret =
  (...regions: string[]) =>
  (s: StackBuilder) =>
    s.add(aws.secretsmanager.Secret, "login", { replicas: regions.map((region) => ({ region })) });

const cases: Cases = {
  rule,
  pass: [
    { title: "there", stack: secret("eu-west-1"), of: ["login"] },
    { title: "there and here", stack: secret("eu-central-1", "eu-west-1") },
  ],
  violation: [
    {
      title: "nowhere",
      stack: secret(),
      says: "Secret login is in eu-central-1 alone: add replicas",
    },
    {
      title: "a name that only speaks of Kafka",
      stack: (s) => s.add(aws.secretsmanager.Secret, "login", { name: "my-AmazonMSK_login" }),
      says: "Secret login is in eu-central-1 alone",
    },
    { title: "only here", stack: secret("eu-central-1"), says: "in eu-central-1 alone" },
    {
      title: "not set at all",
      stack: (s) => s.add(aws.secretsmanager.Secret, "login", {}),
      says: "alone",
    },
  ],
  unknown: [
    {
      title: "whether it is a login of Kafka is not known yet",
      stack: (s) => s.add(aws.secretsmanager.Secret, "secret", { name: notKnown() }),
      says: "the name of Secret secret is not known yet",
    },
    {
      title: "replicas that are not known",
      stack: (s) => s.add(aws.secretsmanager.Secret, "login", { replicas: notKnown() }),
      says: "replicas of Secret login is not known",
    },
    {
      title: "no region is told",
      stack: secret("eu-west-1"),
      region: nowhere,
      only: ["engine preview", "saved preview"],
    },
  ],
  notApplicable: [
    {
      title: "a login of a Kafka cluster, which goes with it",
      stack: (s) => s.add(aws.secretsmanager.Secret, "login", { name: "AmazonMSK_acme-producer" }),
      says: "it logs in to a Kafka cluster of its region",
    },
    { title: "no secret", stack: (s) => s.add(aws.kms.Key, "key", {}) },
    {
      title: "the standby, by its configuration",
      stack: secret(),
      stackConfig: { "platform:role": "standby" },
      says: "the standby is the other region",
    },
    { title: "the standby, as declared", stack: secret(), objectives: { role: "standby" } },
  ],
};
export default cases;
