import { z } from "zod";
import { isAsked } from "../../model/asked.ts";
import { defineRule, each, pass, violation } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "kms-policy-set",
  severity: "low",
  title: "Keys say who may use and who may administer them",
  remediation:
    "Give the key a `policy`, or add an `aws.kms.KeyPolicy`: the default one leaves all of it to IAM policies of the account.",
  covers: ["CKV2_AWS_64"],
  url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
  config: z.strictObject({}),
  check: each([aws.kmsKey, aws.kmsReplica], (key, { stack }) => {
    if (isAsked(key, "policy")) return pass;
    return stack.partOf(key, aws.kmsKeyPolicy, "keyId") !== undefined
      ? pass
      : violation(`${key.label} has the default policy: set its policy, or add a KeyPolicy`);
  }),
});
