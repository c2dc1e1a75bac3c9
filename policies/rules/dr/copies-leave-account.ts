import { z } from "zod";
import { defineRule, each, failIf, undecided } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "dr-copies-leave-account",
  severity: "medium",
  level: "disabled",
  title: "Backups are copied to another account, or into an air-gapped vault",
  remediation:
    "Add `copyActions` to the plan's rules with a destinationVaultArn of another account, or set targetLogicallyAirGappedBackupVaultArn: " +
    "who takes over this account must not reach every copy.",
  covers: ["DR-22"],
  url: "https://docs.aws.amazon.com/aws-backup/latest/devguide/create-cross-account-backup.html",
  config: z.strictObject({}),
  check: each(aws.backupPlan, (plan, { stack }) => {
    const rules = plan.list("rules");
    const safe = rules.some(
      (rule) =>
        rule.has("targetLogicallyAirGappedBackupVaultArn") ||
        rule.list("copyActions").some((copy) => {
          const path = `${copy.path}.destinationVaultArn`;
          const target = stack.target(plan, path, aws.backupAirGapped, aws.backupVault);
          // A vault that the stack holds itself is in its own account, unless nobody can empty it.
          return target.kind === "resource"
            ? target.resource.type === aws.backupAirGapped
            : accountOf(copy.string("destinationVaultArn")) !== accountOf(ownArn());
        }),
    );
    if (!safe && ownArn() === undefined) {
      return undecided(`the account of ${plan.label} is not known before the update`);
    }
    return failIf(
      !safe,
      `every copy that ${plan.label} makes is in its own account: add copyActions to another one, or an air-gapped vault`,
    );

    function ownArn(): string | undefined {
      const arn = plan.computed("arn");
      return typeof arn === "string" ? arn : undefined;
    }
  }),
});

function accountOf(arn: string | undefined): string | undefined {
  return arn?.split(":")[4];
}
