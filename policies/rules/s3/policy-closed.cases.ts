import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { policy, policyWithArn } from "../../testing/bucket-policies.ts";
import rule from "./policy-closed.ts";

const open = { Effect: "Allow", Principal: "*", Action: "s3:GetObject" };

const cases: Cases = {
  rule,
  pass: [
    {
      title: "one principal, a condition, a denial",
      stack: (s) =>
        policy(
          s,
          { ...open, Principal: { AWS: "arn:aws:iam::123456789012:root" } },
          { ...open, Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } },
          { ...open, Condition: { ArnLike: { "s3:DataAccessPointArn": "arn:aws:s3:::a/*" } } },
          { ...open, Effect: "Deny" },
        ),
      of: ["events"],
    },
  ],
  violation: [
    {
      title: "everybody",
      stack: (s) => policy(s, open),
      says: "the policy of Bucket events allows s3:GetObject to everybody: name principals",
    },
    {
      title: "two things",
      stack: (s) => policy(s, { ...open, Action: ["s3:GetObject", "s3:ListBucket"] }),
      says: "allows s3:GetObject, s3:ListBucket to everybody",
    },
    {
      title: "everybody among others",
      stack: (s) => policy(s, { ...open, Principal: { AWS: ["a", "*"] } }),
      says: "to everybody",
    },
    {
      title: "everybody but one",
      stack: (s) => policy(s, { ...open, Principal: undefined, NotPrincipal: { AWS: "a" } }),
      says: "to everybody",
    },
    {
      title: "everybody over TLS",
      stack: (s) => policy(s, { ...open, Condition: { Bool: { "aws:SecureTransport": "true" } } }),
      says: "to everybody",
    },
  ],
  unknown: [
    {
      title: "in a preview",
      stack: (s) => policyWithArn(s, open),
      only: ["engine preview", "saved preview"],
    },
  ],
  notApplicable: [
    { title: "no policy", stack: (s) => s.add(aws.s3.Bucket, "events", {}), says: "no policy" },
  ],
};
export default cases;
