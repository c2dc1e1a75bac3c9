import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import rule from "./uploads-end.ts";

const lifecycle = (
  s: StackBuilder,
  rule: Partial<aws.types.input.s3.BucketLifecycleConfigurationRule>,
) =>
  s.add(aws.s3.BucketLifecycleConfiguration, "lifecycle", {
    bucket: s.add(aws.s3.Bucket, "events", {}).id,
    rules: [{ id: "r", status: "Enabled", ...rule }],
  });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "exactly",
      stack: (s) => lifecycle(s, { abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } }),
      of: ["events"],
    },
  ],
  violation: [
    {
      title: "no lifecycle",
      stack: (s) => s.add(aws.s3.Bucket, "events", {}),
      says: "stay in Bucket events for ever",
    },
    {
      title: "too late",
      stack: (s) => lifecycle(s, { abortIncompleteMultipartUpload: { daysAfterInitiation: 8 } }),
      says: "for 8 days, 7 are allowed: lower daysAfterInitiation",
    },
    {
      title: "off",
      stack: (s) =>
        lifecycle(s, {
          status: "Disabled",
          abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
        }),
      says: "for ever",
    },
    {
      title: "another rule",
      stack: (s) => lifecycle(s, { expiration: { days: 400 } }),
      says: "for ever",
    },
  ],
  unknown: [{ title: "not known", stack: (s) => lifecycle(s, { status: notKnown() }) }],
  notApplicable: [
    { title: "no bucket", stack: (s) => s.add(aws.kms.Key, "key", {}), says: "no Bucket" },
  ],
};
export default cases;
