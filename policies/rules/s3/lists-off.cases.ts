import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type Built, type StackBuilder } from "../../testing/builder.ts";
import type * as pulumi from "@pulumi/pulumi";
import { aws as types } from "../../types.ts";
import rule from "./lists-off.ts";

const owned = (s: StackBuilder, bucket: Built, objectOwnership: pulumi.Input<string>) =>
  s.add(aws.s3.BucketOwnershipControls, "owned", { bucket: bucket.id, rule: { objectOwnership } });

const cases: Cases = {
  rule,
  pass: [
    { title: "by default", stack: (s) => s.add(aws.s3.Bucket, "events", {}), of: ["events"] },
    {
      title: "said",
      stack: (s) => {
        const b = s.add(aws.s3.Bucket, "events", {});
        owned(s, b, "BucketOwnerEnforced");
        s.add(aws.s3.BucketAcl, "acl", { bucket: b.id, acl: "private" });
      },
    },
    {
      title: "lists that AWS itself writes by",
      stack: (s) => {
        s.custom(types.bucket, "logs", { acl: "log-delivery-write" });
        s.custom(types.bucket, "copies", { acl: "bucket-owner-full-control" });
      },
      of: ["copies", "logs"],
    },
  ],
  violation: [
    {
      title: "public",
      stack: (s) =>
        s.add(aws.s3.BucketAcl, "acl", {
          bucket: s.add(aws.s3.Bucket, "events", {}).id,
          acl: "public-read",
        }),
      says: "Bucket events has the list public-read: take acl out",
    },
    {
      title: "public within the bucket",
      stack: (s) => s.custom(types.bucket, "old", { acl: "authenticated-read" }),
      says: "has the list authenticated-read",
    },
    {
      title: "lists count",
      stack: (s) => owned(s, s.add(aws.s3.Bucket, "events", {}), "BucketOwnerPreferred"),
      says: "lists of Bucket events count (BucketOwnerPreferred): set rule.objectOwnership of BucketOwnershipControls owned to",
    },
  ],
  unknown: [
    { title: "not known", stack: (s) => owned(s, s.add(aws.s3.Bucket, "events", {}), notKnown()) },
  ],
  notApplicable: [
    { title: "no bucket", stack: (s) => s.add(aws.kms.Key, "key", {}), says: "no Bucket" },
  ],
};
export default cases;
