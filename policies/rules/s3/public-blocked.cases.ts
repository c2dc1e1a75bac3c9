import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import rule from "./public-blocked.ts";

const all = {
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
};
const block = (s: StackBuilder, settings: Omit<aws.s3.BucketPublicAccessBlockArgs, "bucket">) =>
  s.add(aws.s3.BucketPublicAccessBlock, "block", {
    bucket: s.add(aws.s3.Bucket, "events", {}).id,
    ...settings,
  });

const cases: Cases = {
  rule,
  pass: [
    { title: "of the bucket", stack: (s) => block(s, all), of: ["events"] },
    {
      title: "of the account",
      stack: (s) => {
        s.add(aws.s3.Bucket, "events", {});
        s.add(aws.s3.AccountPublicAccessBlock, "account", all);
      },
    },
    {
      title: "one of the account, three of the bucket",
      stack: (s) => {
        block(s, { ...all, blockPublicAcls: false });
        s.add(aws.s3.AccountPublicAccessBlock, "account", { blockPublicAcls: true });
      },
    },
  ],
  violation: [
    {
      title: "none",
      stack: (s) => {
        block(s, all);
        s.add(aws.s3.Bucket, "other", {});
      },
      says: "Bucket other can be made public: add a BucketPublicAccessBlock",
      of: ["other"],
    },
    ...(
      ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"] as const
    ).map((setting) => ({
      title: `${setting} is off`,
      stack: (s: StackBuilder) => block(s, { ...all, [setting]: false }),
      says: `in BucketPublicAccessBlock block set ${setting} to true`,
    })),
    {
      title: "nothing said",
      stack: (s) => block(s, {}),
      says: "set blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets to true",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => block(s, { ...all, blockPublicAcls: notKnown() }),
      says: "blockPublicAcls of BucketPublicAccessBlock block is not known",
    },
  ],
  notApplicable: [
    { title: "no bucket", stack: (s) => s.add(aws.kms.Key, "key", {}), says: "no Bucket" },
  ],
};
export default cases;
