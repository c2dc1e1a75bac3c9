import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import rule from "./lockout-checked.ts";

const bypassPolicyLockoutSafetyCheck = true;
const keys = (s: StackBuilder, changed: "key" | "replica" | "policy" | undefined) => {
  const bypass = (name: string) => (changed === name ? { bypassPolicyLockoutSafetyCheck } : {});
  const key = s.add(aws.kms.Key, "key", { multiRegion: true, ...bypass("key") });
  const there = { region: "eu-west-1" };
  s.add(aws.kms.ReplicaKey, "replica", { primaryKeyArn: key.arn, ...bypass("replica") }, there);
  s.add(aws.kms.KeyPolicy, "policy", { keyId: key.id, policy: "{}", ...bypass("policy") });
};

const cases: Cases = {
  rule,
  pass: [
    {
      title: "nothing set",
      stack: (s) => {
        keys(s, undefined);
      },
      of: ["key", "policy", "replica"],
    },
    {
      title: "said so",
      stack: (s) => s.add(aws.kms.Key, "key", { bypassPolicyLockoutSafetyCheck: false }),
    },
  ],
  violation: (["key", "replica", "policy"] as const).map((name) => ({
    title: name,
    stack: (s: StackBuilder) => {
      keys(s, name);
    },
    says: new RegExp(`^the policy of \\w+ ${name} is not checked`),
    of: [name],
  })),
  unknown: [
    {
      title: "not known",
      stack: (s) => s.add(aws.kms.Key, "key", { bypassPolicyLockoutSafetyCheck: notKnown() }),
      says: "bypassPolicyLockoutSafetyCheck of Key key is not known",
    },
  ],
  notApplicable: [{ title: "no key", stack: (s) => s.add(aws.s3.Bucket, "events", {}) }],
};
export default cases;
