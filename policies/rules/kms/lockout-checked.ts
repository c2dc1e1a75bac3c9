import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "kms-lockout-checked",
  severity: "high",
  title: "No policy of a key may lock out everybody who could change it",
  remediation:
    "Leave `bypassPolicyLockoutSafetyCheck` out: with it AWS takes a policy after which only its support can help.",
  covers: ["PCR-aws-kms-key-disallow-bypass-policy-lockout-safety-check"],
  url: "https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html",
  config: z.strictObject({}),
  check: each([aws.kmsKey, aws.kmsReplica, aws.kmsKeyPolicy], (holder) =>
    failIf(
      holder.boolean("bypassPolicyLockoutSafetyCheck") === true,
      `the policy of ${holder.label} is not checked for locking everybody out: remove bypassPolicyLockoutSafetyCheck`,
    ),
  ),
});
