import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "kms-enabled",
  severity: "high",
  title: "Keys can be used",
  remediation:
    "Leave `isEnabled` (of a replica: `enabled`) out, or set it to true: what a disabled key encrypted cannot be read or restored.",
  covers: ["CKV_AWS_227"],
  url: "https://docs.aws.amazon.com/kms/latest/developerguide/enabling-keys.html",
  config: z.strictObject({}),
  check: each([aws.kmsKey, aws.kmsReplica], (key) => {
    const field = key.type === aws.kmsKey ? "isEnabled" : "enabled";
    return failIf(
      key.boolean(field) === false,
      `${key.label} is disabled, and with it all that it encrypted: set ${field} to true`,
    );
  }),
});
