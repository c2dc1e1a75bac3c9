import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import type * as pulumi from "@pulumi/pulumi";
import { cluster } from "../../testing/kafka.ts";
import rule from "./private.ts";

const reached = (s: StackBuilder, type: pulumi.Input<string>) =>
  cluster(s, {
    brokerNodeGroupInfo: {
      clientSubnets: ["a", "b", "c"],
      instanceType: "x",
      securityGroups: [],
      connectivityInfo: { publicAccess: { type } },
    },
  });

const cases: Cases = {
  rule,
  pass: [
    { title: "nothing said", stack: (s) => cluster(s), of: ["kafka"] },
    { title: "off", stack: (s) => reached(s, "DISABLED") },
  ],
  violation: [
    {
      title: "on",
      stack: (s) => reached(s, "SERVICE_PROVIDED_EIPS"),
      says: "Cluster kafka can be reached from the internet (SERVICE_PROVIDED_EIPS)",
    },
  ],
  unknown: [{ title: "not known", stack: (s) => reached(s, notKnown()) }],
  notApplicable: [{ title: "no cluster", stack: (s) => s.add(aws.kms.Key, "key", {}) }],
};
export default cases;
