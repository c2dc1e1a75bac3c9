import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { policy, policyWithArn } from "../../testing/bucket-policies.ts";
import { aws as types } from "../../types.ts";
import rule from "./tls-only.ts";

const deny = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};

const cases: Cases = {
  rule,
  pass: [
    { title: "denied", stack: (s) => policy(s, deny), of: ["events"] },
    {
      title: "written otherwise",
      stack: (s) =>
        policy(s, {
          ...deny,
          Principal: { AWS: "*" },
          Action: ["s3:*"],
          Condition: { Bool: { "aws:SecureTransport": ["false"] } },
        }),
    },
    {
      title: "within the bucket, as before version 7",
      stack: (s) => s.custom(types.bucket, "old", { policy: JSON.stringify({ Statement: deny }) }),
    },
    {
      title: "with an ARN, after the update",
      stack: (s) => policyWithArn(s, deny),
      only: ["engine up", "exported state"],
    },
  ],
  violation: [
    {
      title: "no policy",
      stack: (s) => s.add(aws.s3.Bucket, "events", {}),
      says: "Bucket events takes requests in the clear: deny s3:* to everybody",
    },
    {
      title: "only some actions",
      stack: (s) => policy(s, { ...deny, Action: "s3:Get*" }),
      says: "in the clear",
    },
    {
      title: "only one of us",
      stack: (s) => policy(s, { ...deny, Principal: { AWS: "arn:aws:iam::123456789012:root" } }),
      says: "in the clear",
    },
    {
      title: "all but one of us",
      stack: (s) => policy(s, { ...deny, Principal: undefined, NotPrincipal: { AWS: "arn" } }),
      says: "in the clear",
    },
    {
      title: "the other way round",
      stack: (s) => policy(s, { ...deny, Condition: { Bool: { "aws:SecureTransport": "true" } } }),
      says: "in the clear",
    },
    {
      title: "allowed where it is secure",
      stack: (s) => policy(s, { ...deny, Effect: "Allow" }),
      says: "in the clear",
    },
    {
      title: "without a condition",
      stack: (s) => policy(s, { ...deny, Condition: {} }),
      says: "in the clear",
    },
  ],
  unknown: [
    {
      title: "with an ARN, in a preview",
      stack: (s) => policyWithArn(s, deny),
      only: ["engine preview", "saved preview"],
      says: "policy of BucketPolicy policy is not known",
    },
    {
      title: "no JSON",
      stack: (s) =>
        s.add(aws.s3.BucketPolicy, "policy", {
          bucket: s.add(aws.s3.Bucket, "events", {}).id,
          policy: "{",
        }),
      says: "is not JSON",
    },
  ],
  notApplicable: [
    { title: "no bucket", stack: (s) => s.add(aws.kms.Key, "key", {}), says: "no Bucket" },
  ],
};
export default cases;
