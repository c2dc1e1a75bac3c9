import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "rds-in-backup-plan",
  severity: "low",
  level: "disabled",
  title: "Databases are in a plan of AWS Backup",
  remediation:
    "Add an `aws.backup.Selection` that names the database, or a tag that it has. Off by default: point-in-time restore and its copy in the other region do more.",
  covers: [
    "CKV2_AWS_8",
    "NAG-RDSInBackupPlan",
    "cfg-rds-in-backup-plan",
    "cfg-rds-resources-protected-by-backup-plan",
    "SH-RDS.26",
  ],
  url: "https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html",
  config: z.strictObject({}),
  check: each([aws.dbInstance, aws.dbCluster], (database, { stack }) => {
    const selections = stack.of(aws.backupSelection);
    const selected = selections.some(
      (each) =>
        each.list("resources").some((resource) => {
          const target = stack.target(each, resource.path, database.type);
          return target.kind === "resource"
            ? target.resource === database
            : resource.string("") === "*";
        }) ||
        each.list("selectionTags").some(
          (tag) =>
            database
              .at("tags")
              .entry(String(tag.string("key")))
              ?.string("") === tag.string("value"),
        ),
    );
    return failIf(
      !selected,
      `no plan of AWS Backup takes ${database.label}: add an aws.backup.Selection`,
    );
  }),
});
