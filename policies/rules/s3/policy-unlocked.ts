import { z } from "zod";
import { defineRule, each, failIf, notApplicable } from "../../rule.ts";
import { aws } from "../../types.ts";
import { bucketPolicyOf } from "../../model/bucket-policy.ts";
import { forEverybody, isAbout } from "../../model/policy-document.ts";

export default defineRule({
  id: "s3-policy-unlocked",
  severity: "critical",
  title: "No bucket policy locks everybody out, the account included",
  remediation:
    "Give the denial a condition, or principals: a policy that denies everything to everybody can be removed by the root user only.",
  covers: ["CKV_AWS_93"],
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html",
  config: z.strictObject({}),
  check: each(aws.bucket, (bucket, { stack }) => {
    const statements = bucketPolicyOf(bucket, stack)?.list("Statement");
    if (statements === undefined) return notApplicable("it has no policy");
    const locks = statements.some(
      (each) =>
        each.string("Effect") === "Deny" &&
        forEverybody(each) &&
        isAbout(each, "s3:PutBucketPolicy") &&
        each.keys("Condition").length === 0,
    );
    return failIf(
      locks,
      `the policy of ${bucket.label} denies everything to everybody, you included: add a condition`,
    );
  }),
});
