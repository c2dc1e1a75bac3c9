import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { policy, policyWithArn } from "../../testing/bucket-policies.ts";
import type { StackBuilder } from "../../testing/builder.ts";
import rule from "./policy-own-account.ts";

const grant = (account: string) => ({
  Effect: "Allow",
  Principal: { AWS: `arn:aws:iam::${account}:root` },
  Action: ["s3:GetObject", "s3:PutBucketPolicy"],
});

const cases: Cases = {
  rule,
  pass: [
    {
      title: "own accounts, other actions, a denial",
      stack: (s) =>
        policy(
          s,
          { ...grant("111111111111"), Action: "s3:*" },
          { ...grant("999999999999"), Action: "s3:GetObject" },
          { ...grant("999999999999"), Effect: "Deny" },
          { Effect: "Allow", Principal: { Service: "logging.s3.amazonaws.com" }, Action: "s3:*" },
          { ...grant("1"), Principal: { AWS: "arn:aws:es:eu-central-1:999999999999:x" } },
        ),
      config: { ownAccounts: ["111111111111"] },
      of: ["events"],
    },
  ],
  violation: [
    {
      title: "another account",
      stack: (s) => policy(s, grant("999999999999")),
      config: { ownAccounts: ["111111111111"] },
      says: "the policy of Bucket events allows s3:PutBucketPolicy to arn:aws:iam::999999999999:root: take it away",
    },
    {
      title: "only a number, by a wildcard",
      stack: (s) =>
        policy(s, { Effect: "Allow", Principal: { AWS: "999999999999" }, Action: "s3:Put*" }),
      config: { ownAccounts: ["111111111111"] },
      says: "allows s3:PutBucketAcl to 999999999999",
    },
    ...["s3:DeleteBucketPolicy", "s3:PutEncryptionConfiguration", "s3:PutObjectAcl"].map(
      (action) => ({
        title: `another account may ${action}`,
        stack: (s: StackBuilder) => policy(s, { ...grant("999999999999"), Action: action }),
        says: `allows ${action} to arn:aws:iam::999999999999:root`,
      }),
    ),
  ],
  unknown: [
    {
      title: "in a preview",
      stack: (s) => policyWithArn(s, grant("1")),
      only: ["engine preview", "saved preview"],
    },
  ],
  notApplicable: [
    { title: "none", stack: (s) => s.add(aws.s3.Bucket, "events", {}), says: "it has no policy" },
  ],
};
export default cases;
