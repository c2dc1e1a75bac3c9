import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "s3-public-blocked",
  severity: "critical",
  title: "Buckets block public access, by policies and by lists",
  remediation:
    "Add an `aws.s3.BucketPublicAccessBlock` with all four settings true, or an AccountPublicAccessBlock.",
  covers: [
    "CKV_AWS_53",
    "CKV_AWS_54",
    "CKV_AWS_55",
    "CKV_AWS_56",
    "CKV2_AWS_6",
    "AWS-0086",
    "AWS-0087",
    "AWS-0091",
    "AWS-0093",
    "AWS-0094",
    "NAG-S2",
    "NAG-S3BucketLevelPublicAccessProhibited",
    "cfg-s3-bucket-level-public-access-prohibited",
    "cfg-s3-account-level-public-access-blocks",
    "SH-S3.1",
    "SH-S3.8",
    "PCR-aws-s3-bucket-disallow-public-read",
  ],
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
  config: z.strictObject({}),
  check: each(aws.bucket, (bucket, { stack }) => {
    const block = stack.partOf(bucket, aws.bucketPublicAccess, "bucket");
    const account = stack.of(aws.accountPublicAccess);
    const off = [
      "blockPublicAcls",
      "blockPublicPolicy",
      "ignorePublicAcls",
      "restrictPublicBuckets",
    ].filter((setting) => ![block, ...account].some((each) => each?.boolean(setting) === true));
    return failIf(
      off.length > 0,
      block === undefined
        ? `${bucket.label} can be made public: add a BucketPublicAccessBlock`
        : `${bucket.label} can be made public: in ${block.label} set ${off.join(", ")} to true`,
    );
  }),
});
