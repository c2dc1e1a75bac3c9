import { z } from "zod";
import type { Resource } from "../../model/resource.ts";
import { all, defineRule, each, failIf, pass, type Outcome } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "s3-lists-off",
  severity: "medium",
  title: "Access to objects is decided by policies, not by lists",
  remediation:
    "Add `aws.s3.BucketOwnershipControls` with objectOwnership BucketOwnerEnforced (the default of new buckets), and no acl.",
  covers: [
    "CKV_AWS_20",
    "CKV_AWS_57",
    "CKV_AWS_375",
    "CKV2_AWS_43",
    "CKV2_AWS_65",
    "AWS-0092",
    "SH-S3.12",
  ],
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html",
  config: z.strictObject({}),
  check: each(aws.bucket, (bucket, { stack }) => {
    const acl = stack.partOf(bucket, aws.bucketAcl, "bucket");
    const granted = acl?.string("acl") ?? bucket.string("acl") ?? "private";
    const controls = stack.partOf(bucket, aws.bucketOwnership, "bucket");
    return all(
      failIf(
        !["private", "log-delivery-write", "bucket-owner-full-control"].includes(granted),
        `${bucket.label} has the list ${granted}: take acl out`,
      ),
      controls === undefined ? pass : ownersAlone(controls, bucket.label),
    );
  }),
});

function ownersAlone(controls: Resource, bucket: string): Outcome {
  const ownership = String(controls.string("rule.objectOwnership"));
  return failIf(
    ownership !== "BucketOwnerEnforced",
    `lists of ${bucket} count (${ownership}): set rule.objectOwnership of ${controls.label} to BucketOwnerEnforced`,
  );
}
