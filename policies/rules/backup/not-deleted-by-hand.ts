import { z } from "zod";
import { forEverybody, isAbout } from "../../model/policy-document.ts";
import type { Reader } from "../../model/value.ts";
import { defineRule, each, failIf, pass } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "backup-not-deleted-by-hand",
  severity: "medium",
  title: "Nobody deletes backups from a vault by hand",
  remediation:
    'Add an `aws.backup.VaultPolicy` that denies `backup:DeleteRecoveryPoint` and `backup:UpdateRecoveryPointLifecycle` to "*", or a ' +
    "VaultLockConfiguration: whoever gets in deletes backups first.",
  covers: ["cfg-backup-recovery-point-manual-deletion-disabled"],
  url: "https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html",
  config: z.strictObject({
    actions: z
      .array(z.string())
      .default(["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"])
      .describe("Actions that must be denied to everybody"),
  }),
  check: each(aws.backupVault, (vault, { stack, config }) => {
    if (stack.partOf(vault, aws.backupVaultLock, "backupVaultName") !== undefined) return pass;
    const holder = stack.partOf(vault, aws.backupVaultPolicy, "backupVaultName");
    const denials = (holder?.json("policy")?.list("Statement") ?? []).filter(denies);
    const allowed = config.actions.filter(
      (action) => !denials.some((each) => isAbout(each, action)),
    );
    return failIf(
      allowed.length > 0,
      `${vault.label} lets ${allowed.join(", ")} happen: deny it in ` +
        (holder === undefined ? "a VaultPolicy, or add a lock" : `policy of ${holder.label}`),
    );
  }),
});

/** To everybody, whatever the circumstances. */
function denies(statement: Reader): boolean {
  return (
    statement.string("Effect") === "Deny" && !statement.has("Condition") && forEverybody(statement)
  );
}
