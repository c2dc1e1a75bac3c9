import { z } from "zod";
import { defineRule, each, notApplicable, pass, violation } from "../../rule.ts";
import { aws } from "../../types.ts";
import { bucketPolicyOf } from "../../model/bucket-policy.ts";
import { openStatements } from "../../model/policy-document.ts";

export default defineRule({
  id: "s3-policy-closed",
  severity: "critical",
  title: "No bucket policy opens a bucket to everybody",
  remediation:
    "Name the principals in the policy, or add a condition that does (aws:PrincipalOrgID, aws:SourceVpce).",
  covers: [
    "CKV_AWS_70",
    "SH-S3.2",
    "SH-S3.3",
    "NAG-S3BucketPublicReadProhibited",
    "NAG-S3BucketPublicWriteProhibited",
    "cfg-s3-bucket-public-read-prohibited",
    "cfg-s3-bucket-public-write-prohibited",
  ],
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
  config: z.strictObject({}),
  check: each(aws.bucket, (bucket, { stack }) => {
    const policy = bucketPolicyOf(bucket, stack);
    if (policy === undefined) return notApplicable("it has no policy");
    const [open] = openStatements(policy);
    if (open === undefined) return pass;
    return violation(
      `the policy of ${bucket.label} allows ${open.strings("Action").join(", ")} to everybody: name principals, or add a condition`,
    );
  }),
});
