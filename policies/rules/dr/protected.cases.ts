import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import rule from "./protected.ts";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "bucket, key and database are protected; a role needs no protection",
      stack: (s) => {
        const key = s.add(aws.kms.Key, "key", {}, { protect: true });
        s.add(aws.s3.Bucket, "events", {}, { protect: true });
        s.add(
          aws.rds.Instance,
          "db",
          { instanceClass: "db.m7g.large", kmsKeyId: key.arn },
          { protect: true },
        );
        s.add(aws.iam.Role, "role", { assumeRolePolicy: "{}" });
      },
      of: ["key", "events", "db"],
    },
    {
      title: "a type that is excepted",
      stack: (s) => {
        s.add(aws.kms.Key, "key", {});
        s.add(aws.s3.Bucket, "events", {}, { protect: true });
      },
      config: { except: ["aws:kms/key:Key"] },
      of: ["events"],
    },
  ],
  violation: [
    {
      title: "one of two buckets is not",
      stack: (s) => {
        s.add(aws.s3.Bucket, "events", {}, { protect: true });
        s.add(aws.s3.Bucket, "backups", {}, { protect: false });
      },
      says: "Bucket backups holds data and is not protected: set `protect: true`",
      of: ["backups"],
    },
    {
      title: "a tag is taken of buckets only",
      stack: (s) =>
        s.add(aws.rds.Instance, "db", { instanceClass: "x", tags: { "recover:data": "none" } }),
      says: "Instance db holds data and is not protected",
    },
  ],
  unknown: "an option of the resource, which every source knows",
  notApplicable: [
    {
      title: "a bucket that says that it holds no data",
      stack: (s) => s.add(aws.s3.Bucket, "logs", { tags: { "recover:data": "none" } }),
      says: "its tag recover:data says that it holds no data",
    },
    {
      title: "nothing holds data",
      stack: (s) => s.add(aws.iam.Role, "role", { assumeRolePolicy: "{}" }),
    },
  ],
};
export default cases;
