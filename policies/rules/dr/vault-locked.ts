import { z } from "zod";
import type { Resource } from "../../model/resource.ts";
import type { Stack } from "../../model/stack.ts";
import { all, defineRule, each, failIf, violation } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "dr-vault-locked",
  severity: "high",
  level: "disabled",
  title: "Backup vaults are locked, for no longer than plans keep, and against everybody",
  remediation:
    "Add an `aws.backup.VaultLockConfiguration` with minRetentionDays and maxRetentionDays around what the plans keep, and " +
    "changeableForDays (3 or more): without it an administrator may take the lock off.",
  covers: ["DR-21"],
  url: "https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html",
  config: z.strictObject({}),
  check: each(aws.backupVault, (vault, { stack }) => {
    const lock = stack.partOf(vault, aws.backupVaultLock, "backupVaultName");
    if (lock === undefined) {
      return violation(`${vault.label} has no lock: add an aws.backup.VaultLockConfiguration`);
    }
    const least = lock.number("minRetentionDays") ?? 0;
    const most = lock.number("maxRetentionDays") ?? Infinity;
    return all(
      failIf(
        !lock.has("changeableForDays"),
        `${lock.label} can be taken off by an administrator: set changeableForDays to 3 or more`,
      ),
      ...keptIn(vault, stack).map((days) =>
        failIf(
          days < least || days > most,
          `a plan keeps ${days} days in ${vault.label}, its lock allows ${least} to ${most}: change lifecycle.deleteAfter, or the lock`,
        ),
      ),
    );
  }),
});

/** Days that plans keep backups in the vault; Infinity for ever. @throws NotKnown */
function keptIn(vault: Resource, stack: Stack): number[] {
  return stack.of(aws.backupPlan).flatMap((plan) =>
    plan
      .list("rules")
      .filter((rule) => {
        const path = `${rule.path}.targetVaultName`;
        return stack.target(plan, path, aws.backupVault).resource === vault;
      })
      .map((rule) => rule.number("lifecycle.deleteAfter") ?? Infinity),
  );
}
