import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { nowhere, type StackBuilder } from "../../testing/builder.ts";
import rule from "./region-unchanged.ts";

const both = (region?: string) => (s: StackBuilder) => {
  const options = region === undefined ? {} : { region };
  s.add(aws.s3.Bucket, "events", { bucket: "events" }, options);
  s.add(aws.s3.Bucket, "copy", { bucket: "copy" }, { region: "eu-west-1" });
};

const cases: Cases = {
  rule,
  pass: [
    { title: "as before", stack: both(), previous: both() },
    {
      title: "new and gone resources change no region",
      stack: (s) => s.add(aws.kms.Key, "key", {}),
      previous: both("us-east-1"),
    },
    { title: "as declared", stack: both(), objectives: { region: "eu-central-1" } },
    {
      title: "no region is known",
      stack: (s) => s.add(aws.s3.Bucket, "events", {}),
      region: nowhere,
      objectives: { region: "eu-central-1" },
    },
    {
      title: "a region that was not known before",
      stack: both(),
      previous: (s) => s.add(aws.s3.Bucket, "events", { bucket: "events" }, { region: nowhere }),
    },
  ],
  violation: [
    {
      title: "moved",
      stack: both("us-east-1"),
      previous: both(),
      says: "Bucket events was in eu-central-1 and would be in us-east-1: the change replaces it, set the region back to eu-central-1",
    },
    {
      title: "the second one moved",
      stack: (s) => {
        s.add(aws.s3.Bucket, "events", { bucket: "events" });
        s.add(aws.s3.Bucket, "copy", { bucket: "copy" });
      },
      previous: both(),
      says: "Bucket copy was in eu-west-1 and would be in eu-central-1",
    },
    {
      title: "elsewhere than declared",
      stack: both(),
      objectives: { region: "us-east-1" },
      says: "belongs to us-east-1 (objectives.region), its resources are in eu-central-1, eu-west-1: set the providers' region back",
    },
    {
      title: "elsewhere than declared, and others' resources there",
      stack: (s) => {
        s.add(aws.s3.Bucket, "copy", {}, { region: "eu-west-1" });
        s.add(aws.s3.Bucket, "events", {}, { region: "eu-central-1" });
        s.add(aws.s3.Bucket, "third", {}, { region: nowhere });
        s.custom("gcp:storage/bucket:Bucket", "far", { region: "us-east-1" });
      },
      objectives: { region: "us-east-1" },
      says: "its resources are in eu-central-1, eu-west-1: set",
    },
  ],
  unknown:
    "a region that is not known is compared with nothing, so it neither fails nor hides a move",
  notApplicable: [
    { title: "nothing to compare with", stack: both(), says: "--previous FILE" },
    {
      title: "an unpinned stack, nothing declared",
      stack: both(),
      region: nowhere,
      says: "objectives.region",
    },
  ],
};
export default cases;
