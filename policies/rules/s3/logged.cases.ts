import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { aws as types } from "../../types.ts";
import rule from "./logged.ts";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "logged; old ones within the bucket",
      stack: (s) => {
        const logs = s.add(aws.s3.Bucket, "logs", {});
        s.add(aws.s3.BucketLogging, "logging", {
          bucket: s.add(aws.s3.Bucket, "events", {}).id,
          targetBucket: logs.id,
          targetPrefix: "e/",
        });
        s.custom(types.bucket, "old", { logging: { targetBucket: "logs" } });
      },
      of: ["events", "old"],
    },
  ],
  violation: [
    {
      title: "not",
      stack: (s) => s.add(aws.s3.Bucket, "events", {}),
      says: "who read or deleted objects of Bucket events: add a BucketLogging",
    },
    {
      title: "nor are its tags known",
      stack: (s) => s.add(aws.s3.Bucket, "events", { tags: notKnown() }),
      says: "who read or deleted objects of Bucket events",
    },
  ],
  unknown: [
    {
      title: "whose logs they are is not known",
      stack: (s) => {
        s.add(aws.s3.Bucket, "events", {});
        s.add(aws.s3.BucketLogging, "logging", {
          bucket: notKnown(),
          targetBucket: "x",
          targetPrefix: "",
        });
      },
    },
  ],
  notApplicable: [
    {
      title: "buckets that take the logs of others",
      stack: (s) => {
        const logs = s.add(aws.s3.Bucket, "logs", {});
        const args = { bucket: "elsewhere", targetBucket: logs.id, targetPrefix: "e/" };
        s.add(aws.s3.BucketLogging, "logging", args);
      },
      says: "it takes the logs of others",
    },
    {
      title: "a bucket that says that it holds no data",
      stack: (s) => s.add(aws.s3.Bucket, "logs", { tags: { "recover:data": "none" } }),
      says: "its tag recover:data says that it holds no data",
    },
    { title: "no bucket", stack: (s) => s.add(aws.kms.Key, "key", {}), says: "no Bucket" },
  ],
};
export default cases;
