import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "secrets-recoverable",
  severity: "high",
  title: "A deleted secret can be called back",
  remediation:
    "Leave `recoveryWindowInDays` out (30 days) or set it to 7 or more; 0 deletes at once, and a backup that needs the login is of no use.",
  covers: [],
  url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html",
  config: z.strictObject({
    minimumDays: z.int().min(7).max(30).default(7).describe("Least days to call it back"),
  }),
  check: each(aws.secret, (secret, { config }) => {
    const days = secret.number("recoveryWindowInDays") ?? 30;
    return failIf(
      days < config.minimumDays,
      `${secret.label} is gone ${days} days after its deletion, ${config.minimumDays} are wanted: raise recoveryWindowInDays`,
    );
  }),
});
