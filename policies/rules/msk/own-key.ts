import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "msk-own-key",
  severity: "medium",
  title: "Kafka is encrypted at rest with a key of the account",
  remediation: "Set `encryptionInfo.encryptionAtRestKmsKeyArn`; it cannot be changed later.",
  covers: ["AWS-0179"],
  url: "https://docs.aws.amazon.com/msk/latest/developerguide/msk-encryption.html",
  config: z.strictObject({}),
  check: each(aws.mskCluster, (cluster) =>
    failIf(
      !cluster.has("encryptionInfo.encryptionAtRestKmsKeyArn"),
      `${cluster.label} is encrypted with the service's key: set encryptionInfo.encryptionAtRestKmsKeyArn`,
    ),
  ),
});
