import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import rule from "./enabled.ts";

const keys = (s: StackBuilder, key: aws.kms.KeyArgs, replica: Partial<aws.kms.ReplicaKeyArgs>) => {
  const primary = s.add(aws.kms.Key, "key", { multiRegion: true, ...key });
  const there = { region: "eu-west-1" };
  s.add(aws.kms.ReplicaKey, "replica", { primaryKeyArn: primary.arn, ...replica }, there);
};

const cases: Cases = {
  rule,
  pass: [
    {
      title: "nothing set",
      stack: (s) => {
        keys(s, {}, {});
      },
      of: ["key", "replica"],
    },
    {
      title: "set",
      stack: (s) => {
        keys(s, { isEnabled: true }, { enabled: true });
      },
    },
  ],
  violation: [
    {
      title: "the key",
      stack: (s) => {
        keys(s, { isEnabled: false }, {});
      },
      says: "Key key is disabled, and with it all that it encrypted: set isEnabled to true",
      of: ["key"],
    },
    {
      title: "its replica",
      stack: (s) => {
        keys(s, {}, { enabled: false });
      },
      says: "ReplicaKey replica is disabled, and with it all that it encrypted: set enabled to true",
      of: ["replica"],
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => s.add(aws.kms.Key, "key", { isEnabled: notKnown() }),
      says: "isEnabled of Key key is not known",
    },
  ],
  notApplicable: [{ title: "no key", stack: (s) => s.add(aws.s3.Bucket, "events", {}) }],
};
export default cases;
