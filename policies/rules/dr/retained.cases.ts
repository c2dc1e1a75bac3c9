import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import rule from "./retained.ts";

const files = ["saved preview", "exported state"] as const;

const cases: Cases = {
  rule,
  pass: [
    {
      title: "bucket and database are kept; a key is none of them",
      stack: (s) => {
        s.add(aws.s3.Bucket, "events", {}, { retainOnDelete: true });
        s.add(aws.rds.Instance, "db", { instanceClass: "x" }, { retainOnDelete: true });
        s.add(aws.kms.Key, "key", {});
      },
      of: ["events", "db"],
      only: files,
    },
  ],
  violation: [
    {
      title: "a bucket is not",
      stack: (s) => {
        s.add(aws.s3.Bucket, "events", {}, { retainOnDelete: true });
        s.add(aws.s3.Bucket, "backups", {}, { retainOnDelete: false });
        s.add(aws.s3.Bucket, "archive", {});
      },
      says: "Bucket backups would be deleted with its data: set `retainOnDelete: true`",
      of: ["backups", "archive"],
      only: files,
    },
    {
      title: "a tag is taken of buckets only",
      stack: (s) =>
        s.add(aws.rds.Instance, "db", { instanceClass: "x", tags: { "recover:data": "none" } }),
      says: "Instance db would be deleted with its data",
      only: files,
    },
  ],
  unknown: "an option of the resource: a source either tells it, or has none of it",
  notApplicable: [
    {
      title: "a bucket that says that it holds no data",
      stack: (s) => s.add(aws.s3.Bucket, "logs", { tags: { "recover:data": "none" } }),
      says: "its tag recover:data says that it holds no data",
      only: files,
    },
    {
      title: "the engine does not tell it",
      stack: (s) => s.add(aws.s3.Bucket, "events", {}),
      says: "only exported state",
      only: ["engine preview", "engine up"],
    },
    { title: "nothing that holds data", stack: (s) => s.add(aws.kms.Key, "key", {}) },
  ],
};
export default cases;
