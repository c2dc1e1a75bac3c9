import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "dr-no-force-destroy",
  severity: "high",
  title: "No bucket or vault is emptied in order to be deleted",
  remediation: "Take `forceDestroy` out: then a destroy stops at what still holds objects.",
  covers: ["DR-08"],
  url: "https://www.pulumi.com/registry/packages/aws/api-docs/s3/bucket/#forcedestroy_nodejs",
  config: z.strictObject({}),
  check: each([aws.bucket, aws.backupVault], (resource) =>
    failIf(
      resource.boolean("forceDestroy") ?? false,
      `a destroy deletes everything in ${resource.label}: set forceDestroy to false`,
    ),
  ),
});
