import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import rule from "./recoverable.ts";

const secret = (s: StackBuilder, args: aws.secretsmanager.SecretArgs, name = "login") =>
  s.add(aws.secretsmanager.Secret, name, args);

const cases: Cases = {
  rule,
  pass: [
    {
      title: "nothing set, and exactly as long as wanted",
      stack: (s) => {
        secret(s, {});
        secret(s, { recoveryWindowInDays: 7 }, "other");
      },
      of: ["login", "other"],
    },
  ],
  violation: [
    {
      title: "at once",
      stack: (s) => {
        secret(s, { recoveryWindowInDays: 0 });
        secret(s, {}, "other");
      },
      says: "Secret login is gone 0 days after its deletion, 7 are wanted: raise recoveryWindowInDays",
      of: ["login"],
    },
    {
      title: "a day too early",
      stack: (s) => secret(s, { recoveryWindowInDays: 13 }),
      config: { minimumDays: 14 },
      says: "13 days after its deletion, 14 are wanted",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => secret(s, { recoveryWindowInDays: notKnown() }),
      says: "recoveryWindowInDays of Secret login is not known",
    },
  ],
  notApplicable: [{ title: "no secret", stack: (s) => s.add(aws.s3.Bucket, "events", {}) }],
};
export default cases;
