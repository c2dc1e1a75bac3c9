import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { policy, policyWithArn } from "../../testing/bucket-policies.ts";
import rule from "./policy-unlocked.ts";

const lock = { Effect: "Deny", Principal: "*", Action: "*" };

const cases: Cases = {
  rule,
  pass: [
    {
      title: "with a condition, for objects only, for one principal",
      stack: (s) =>
        policy(
          s,
          { ...lock, Condition: { Bool: { a: "b" } } },
          { ...lock, Action: "s3:DeleteObject" },
          { ...lock, Principal: { AWS: "arn" } },
          { ...lock, Effect: "Allow" },
          { ...lock, Principal: undefined, NotPrincipal: { AWS: "arn" } },
        ),
      of: ["events"],
    },
  ],
  violation: [
    {
      title: "everything",
      stack: (s) => policy(s, lock),
      says: "the policy of Bucket events denies everything to everybody, you included",
    },
    {
      title: "everything, beside what is allowed",
      stack: (s) => policy(s, { ...lock, Effect: "Allow", Principal: { AWS: "arn" } }, lock),
      says: "denies everything",
    },
    {
      title: "its policy",
      stack: (s) => policy(s, { ...lock, Action: ["s3:Put*"] }),
      says: "denies everything",
    },
  ],
  unknown: [
    {
      title: "in a preview",
      stack: (s) => policyWithArn(s, lock),
      only: ["engine preview", "saved preview"],
    },
  ],
  notApplicable: [
    { title: "none", stack: (s) => s.add(aws.s3.Bucket, "events", {}), says: "it has no policy" },
  ],
};
export default cases;
