import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { jsonOf, notKnown, text, type StackBuilder } from "../../testing/builder.ts";
import rule from "./policy-set.ts";

const policy = JSON.stringify({ Version: "2012-10-17", Statement: [] });
const key = (s: StackBuilder, args: aws.kms.KeyArgs = {}, outputs: object = {}) =>
  s.add(aws.kms.Key, "key", args, { outputs: { ...outputs } });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "its own, and its replica's",
      stack: (s) => {
        const primaryKeyArn = key(s, { policy, multiRegion: true }).arn;
        s.add(aws.kms.ReplicaKey, "replica", { primaryKeyArn, policy }, { region: "eu-west-1" });
      },
      of: ["key", "replica"],
    },
    {
      title: "one whose text is not known yet",
      stack: (s) => {
        const role = s.add(aws.iam.Role, "role", { assumeRolePolicy: "{}" });
        const Principal = { AWS: text`${role.arn}` };
        key(s, { policy: jsonOf({ Statement: [{ Principal }] }) });
      },
    },
    {
      title: "a resource of its own",
      stack: (s) => s.add(aws.kms.KeyPolicy, "policy", { keyId: key(s).id, policy }),
    },
  ],
  violation: [
    {
      title: "none, as AWS then writes the default one into the state",
      stack: (s) => key(s, {}, { policy }),
      says: "Key key has the default policy: set its policy, or add a KeyPolicy",
    },
    {
      title: "one of another key",
      stack: (s) => {
        key(s);
        const other = s.add(aws.kms.Key, "other", { policy });
        s.add(aws.kms.KeyPolicy, "policy", { keyId: other.id, policy });
      },
      says: "Key key has the default policy",
      of: ["key"],
    },
  ],
  unknown: [
    {
      title: "whose policy it is is not known",
      stack: (s) => {
        key(s);
        s.add(aws.kms.KeyPolicy, "policy", { keyId: notKnown(), policy });
      },
      says: "whether KeyPolicy policy belongs to Key key is not known",
    },
  ],
  notApplicable: [{ title: "no key", stack: (s) => s.add(aws.s3.Bucket, "events", {}) }],
};
export default cases;
