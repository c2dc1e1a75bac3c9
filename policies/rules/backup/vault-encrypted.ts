import { z } from "zod";
import { isAsked } from "../../model/asked.ts";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "backup-vault-encrypted",
  severity: "high",
  title: "Backup vaults are encrypted with a key of one's own",
  remediation:
    "Set `kmsKeyArn` of the vault (`encryptionKeyArn` of an air-gapped one): a copy cannot leave the account under the key that AWS manages.",
  covers: ["CKV_AWS_166", "cfg-backup-recovery-point-encrypted", "SH-Backup.1"],
  url: "https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html",
  config: z.strictObject({}),
  check: each([aws.backupVault, aws.backupAirGapped], (vault) => {
    const field = vault.type === aws.backupVault ? "kmsKeyArn" : "encryptionKeyArn";
    const key = vault.peek(field);
    return failIf(
      !isAsked(vault, field) || (typeof key === "string" && key.includes("alias/aws/backup")),
      `${vault.label} is encrypted with a key of AWS: set ${field}`,
    );
  }),
});
