import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { eks } from "../../testing/eks.ts";
import rule from "./secrets-encrypted.ts";

const keyArn = "arn:aws:kms:eu-central-1:123456789012:key/1";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "with a key of the stack, whose ARN a preview does not know",
      stack: (s) => {
        const key = s.add(aws.kms.Key, "key", {});
        eks(s, { encryptionConfig: { resources: ["secrets"], provider: { keyArn: key.arn } } });
      },
      of: ["platform"],
    },
  ],
  violation: [
    {
      title: "nothing set",
      stack: (s) => eks(s),
      says: "secrets of Cluster platform are encrypted with a key of AWS at most: set encryptionConfig",
    },
    {
      title: "no resources",
      stack: (s) => eks(s, { encryptionConfig: { resources: [], provider: { keyArn } } }),
      says: "with a key of AWS at most",
    },
    {
      title: "no key",
      stack: (s) =>
        eks(s, { encryptionConfig: { resources: ["secrets"], provider: { keyArn: "" } } }),
      says: "with a key of AWS at most",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => eks(s, { encryptionConfig: notKnown() }),
      says: "encryptionConfig.resources of Cluster platform is not known",
    },
  ],
  notApplicable: [{ title: "no cluster", stack: (s) => s.add(aws.s3.Bucket, "events", {}) }],
};
export default cases;
