import { z } from "zod";
import { bucketOf } from "../../model/firehose.ts";
import type { Resource } from "../../model/resource.ts";
import type { Stack } from "../../model/stack.ts";
import type { Reader } from "../../model/value.ts";
import { defineRule, each, notApplicable, pass, undecided, violation } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "firehose-destination-encrypted",
  severity: "high",
  title: "Firehose writes objects that are encrypted with a key of KMS",
  remediation:
    "Set `kmsKeyArn` of the stream's S3 configuration, or give the bucket an `aws.s3.BucketServerSideEncryptionConfiguration` with aws:kms.",
  covers: [],
  url: "https://docs.aws.amazon.com/firehose/latest/dev/encryption.html",
  config: z.strictObject({}),
  check: each(aws.firehose, (stream, { stack }) => {
    const s3 = bucketOf(stream);
    if (s3 === undefined) return notApplicable("its destination is none that is known here");
    if (s3.has("kmsKeyArn")) return pass;
    const target = stack.target(stream, `${s3.path}.bucketArn`, aws.bucket);
    if (target.kind !== "resource") {
      return undecided(
        `${s3.path}.kmsKeyArn of ${stream.label} is not set, and what its bucket encrypts with is not in this stack`,
      );
    }
    return byKms(target.resource, stack)
      ? pass
      : violation(
          `${stream.label} writes to ${target.resource.label} without a key of KMS: set ${s3.path}.kmsKeyArn, or the bucket's encryption to aws:kms`,
        );
  }),
});

/** What is written into the bucket without saying how is encrypted with a key of KMS. */
function byKms(bucket: Resource, stack: Stack): boolean {
  const own = stack.partOf(bucket, aws.bucketEncryption, "bucket");
  const rules: Reader[] = own?.list("rules") ?? [];
  return rules.some((rule) =>
    rule.string("applyServerSideEncryptionByDefault.sseAlgorithm")?.startsWith("aws:kms"),
  );
}
