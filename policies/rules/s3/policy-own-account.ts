import { z } from "zod";
import { defineRule, each, notApplicable, pass, violation } from "../../rule.ts";
import { aws } from "../../types.ts";
import { bucketPolicyOf } from "../../model/bucket-policy.ts";
import { isAbout, principalsOf } from "../../model/policy-document.ts";

export default defineRule({
  id: "s3-policy-own-account",
  severity: "high",
  title: "No other account may change what guards a bucket",
  remediation:
    "Take PutBucketPolicy, DeleteBucketPolicy, PutBucketAcl, PutEncryptionConfiguration and PutObjectAcl from other accounts in the policy.",
  covers: ["SH-S3.6"],
  url: "https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-6",
  config: z.strictObject({
    ownAccounts: z
      .array(z.string())
      .default([])
      .describe("Accounts that may do everything; none: every account is foreign"),
  }),
  check: each(aws.bucket, (bucket, { stack, config }) => {
    const statements = bucketPolicyOf(bucket, stack)?.list("Statement");
    if (statements === undefined) return notApplicable("it has no policy");
    const guarded = [
      "s3:DeleteBucketPolicy",
      "s3:PutBucketAcl",
      "s3:PutBucketPolicy",
      "s3:PutEncryptionConfiguration",
      "s3:PutObjectAcl",
    ];
    for (const statement of statements.filter((each) => each.string("Effect") === "Allow")) {
      const foreign = principalsOf(statement).find((each) => isForeign(each, config.ownAccounts));
      const action = guarded.find((each) => isAbout(statement, each));
      if (foreign !== undefined && action !== undefined) {
        return violation(
          `the policy of ${bucket.label} allows ${action} to ${foreign}: take it away, or add the account to ownAccounts`,
        );
      }
    }
    return pass;
  }),
});

/** A principal of an account that is not one of ours. */
function isForeign(principal: string, ownAccounts: readonly string[]): boolean {
  const account = /^(?:arn:[^:]*:(?:iam|sts)::)?(\d{12})\b/.exec(principal)?.[1];
  return account !== undefined && !ownAccounts.includes(account);
}
