import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import rule from "./no-force-destroy.ts";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "not set, or off",
      stack: (s) => {
        s.add(aws.s3.Bucket, "events", {});
        s.add(aws.backup.Vault, "vault", { forceDestroy: false });
      },
      of: ["events", "vault"],
    },
  ],
  violation: [
    {
      title: "bucket and vault",
      stack: (s) => {
        s.add(aws.s3.Bucket, "events", { forceDestroy: true });
        s.add(aws.backup.Vault, "vault", { forceDestroy: true });
        s.add(aws.s3.Bucket, "other", {});
      },
      says: "a destroy deletes everything in Bucket events: set forceDestroy to false",
      of: ["events", "vault"],
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => s.add(aws.s3.Bucket, "events", { forceDestroy: notKnown() }),
    },
  ],
  notApplicable: [
    {
      title: "neither",
      stack: (s) => s.add(aws.kms.Key, "key", {}),
      says: "the stack has no Bucket, Vault",
    },
  ],
};
export default cases;
