import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "dr-key-deletion-slow",
  severity: "high",
  title: "A deleted key can be called back long enough to be missed",
  remediation:
    "Leave `deletionWindowInDays` out (30 days) or set it to 14 or more: with the key everything that it encrypted is gone.",
  covers: ["DR-09"],
  url: "https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",
  config: z.strictObject({
    minimumDays: z.int().min(7).max(30).default(14).describe("Least waiting period, in days"),
  }),
  check: each([aws.kmsKey, aws.kmsReplica], (key, { config }) => {
    const days = key.number("deletionWindowInDays") ?? 30;
    return failIf(
      days < config.minimumDays,
      `${key.label} is gone ${days} days after its deletion, ${config.minimumDays} are wanted: raise deletionWindowInDays`,
    );
  }),
});
