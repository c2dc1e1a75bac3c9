import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { account, notKnown, type StackBuilder } from "../../testing/builder.ts";
import rule from "./policy-closed.ts";

const allow = (Principal: unknown, more: object = {}) => ({
  Sid: "Use",
  Effect: "Allow",
  Principal,
  Action: "kms:Decrypt",
  Resource: "*",
  ...more,
});
const document = (...Statement: readonly object[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement });
const key = (s: StackBuilder, ...statements: readonly object[]) =>
  s.add(aws.kms.Key, "key", { policy: document(...statements) });
const everybody = { AWS: "*" };
const condition = (operator: string, key: string, value: string | string[]) => ({
  Condition: { [operator]: { [key]: value } },
});

const cases: Cases = {
  rule,
  pass: [
    {
      title: "account, role, service; everybody of the account through a service; a denial",
      stack: (s) =>
        key(
          s,
          allow({ AWS: [`arn:aws:iam::${account}:root`, `arn:aws:iam::${account}:role/etl`] }),
          allow({ Service: "logs.eu-central-1.amazonaws.com" }),
          allow(everybody, {
            Condition: {
              StringEquals: {
                "kms:CallerAccount": account,
                "kms:ViaService": "rds.eu-central-1.amazonaws.com",
              },
            },
          }),
          { ...allow("*"), Effect: "Deny" },
        ),
      of: ["key"],
    },
    {
      title: "everybody of the organization",
      stack: (s) => key(s, allow("*", condition("StringEquals", "aws:PrincipalOrgID", "o-1"))),
    },
    {
      title: "principals by pattern",
      stack: (s) =>
        key(
          s,
          allow(everybody, condition("ArnLike", "aws:PrincipalArn", ["arn:aws:iam::1:role/*"])),
        ),
    },
    {
      title: "one statement that is not in a list",
      stack: (s) =>
        s.add(aws.kms.Key, "key", {
          policy: JSON.stringify({ Statement: allow({ AWS: account }) }),
        }),
    },
  ],
  violation: [
    {
      title: "everybody",
      stack: (s) => key(s, allow("*")),
      says: "the statement Use in policy of Key key lets everybody in: name principals, or add",
    },
    {
      title: "everybody among others, in a policy of its own",
      stack: (s) =>
        s.add(aws.kms.KeyPolicy, "policy", {
          keyId: "key-1",
          policy: document(allow({ AWS: [account, "*"] }, { Sid: undefined })),
        }),
      says: "the statement without a Sid in policy of KeyPolicy policy lets everybody in",
      of: ["policy"],
    },
    {
      title: "all but one",
      stack: (s) => key(s, allow(undefined, { NotPrincipal: { AWS: account } })),
      says: "lets everybody in",
    },
    {
      title: "through a service, which strangers use too",
      stack: (s) =>
        key(s, allow(everybody, condition("StringEquals", "kms:ViaService", "s3.amazonaws.com"))),
      says: "lets everybody in",
    },
    {
      title: "a condition that anybody meets",
      stack: (s) => key(s, allow(everybody, condition("StringLike", "aws:PrincipalArn", "*"))),
      says: "lets everybody in",
    },
    {
      title: "a condition on what a request may leave out",
      stack: (s) =>
        key(s, allow(everybody, condition("StringEqualsIfExists", "aws:SourceVpce", "vpce-1"))),
      says: "lets everybody in",
    },
    {
      title: "all accounts but one",
      stack: (s) =>
        key(s, allow(everybody, condition("StringNotEquals", "aws:PrincipalAccount", "1"))),
      says: "lets everybody in",
    },
    {
      title: "the replica, which has a policy of its own",
      stack: (s) => {
        const primaryKeyArn = key(s, allow({ AWS: account })).arn;
        const policy = document(allow("*"));
        s.add(aws.kms.ReplicaKey, "replica", { primaryKeyArn, policy }, { region: "eu-west-1" });
      },
      says: "in policy of ReplicaKey replica",
      of: ["replica"],
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => s.add(aws.kms.Key, "key", { policy: notKnown() }),
      says: "policy of Key key is not known",
    },
    {
      title: "no policy at all",
      stack: (s) => s.add(aws.kms.Key, "key", { policy: "see the wiki" }),
      says: "policy of Key key is not JSON",
    },
  ],
  notApplicable: [
    { title: "no key", stack: (s) => s.add(aws.s3.Bucket, "events", {}) },
    {
      title: "the default policy",
      stack: (s) => s.add(aws.kms.Key, "key", {}),
      says: "the account alone",
    },
  ],
};
export default cases;
