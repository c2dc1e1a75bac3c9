import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type Built, type StackBuilder } from "../../testing/builder.ts";
import { aws as types } from "../../types.ts";
import rule from "./versioned.ts";

const bucket = (s: StackBuilder, name = "events") => s.add(aws.s3.Bucket, name, {});
const versioning = (s: StackBuilder, of: Built, status = "Enabled") =>
  s.add(aws.s3.BucketVersioning, `${of.name}-versions`, {
    bucket: of.id,
    versioningConfiguration: { status },
  });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "each bucket has its own setting",
      stack: (s) => {
        versioning(s, bucket(s));
        versioning(s, bucket(s, "backups"));
      },
      of: ["events", "backups"],
    },
    {
      title: "joined by the name alone",
      stack: (s) => {
        s.add(aws.s3.Bucket, "events", { bucket: "acme-events" });
        s.add(aws.s3.BucketVersioning, "versions", {
          bucket: "acme-events",
          versioningConfiguration: { status: "Enabled" },
        });
      },
    },
    {
      title: "within the bucket, as before version 7",
      stack: (s) => s.custom(types.bucket, "events", { versioning: { enabled: true } }),
    },
  ],
  violation: [
    {
      title: "nothing for the second bucket",
      stack: (s) => {
        versioning(s, bucket(s));
        bucket(s, "backups");
      },
      says: "versioning of Bucket backups is not set: add a BucketVersioning",
      of: ["backups"],
    },
    {
      title: "suspended",
      stack: (s) => versioning(s, bucket(s), "Suspended"),
      says: "versioning of Bucket events is Suspended: set BucketVersioning events-versions's",
    },
    {
      title: "off within the bucket",
      stack: (s) => s.custom(types.bucket, "events", { versioning: { enabled: false } }),
      says: "is not set",
    },
  ],
  unknown: [
    {
      title: "the status is not known",
      stack: (s) =>
        s.add(aws.s3.BucketVersioning, "versions", {
          bucket: bucket(s).id,
          versioningConfiguration: { status: notKnown() },
        }),
      says: "versioningConfiguration.status of BucketVersioning versions is not known",
    },
    {
      title: "whose setting it is is not known",
      stack: (s) => {
        bucket(s);
        s.add(aws.s3.BucketVersioning, "versions", {
          bucket: notKnown(),
          versioningConfiguration: { status: "Enabled" },
        });
      },
      says: "whether BucketVersioning versions belongs to Bucket events is not known",
    },
  ],
  notApplicable: [
    { title: "no bucket", stack: (s) => s.add(aws.kms.Key, "key", {}), says: "no Bucket" },
  ],
};
export default cases;
