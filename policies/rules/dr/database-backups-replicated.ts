import { z } from "zod";
import { takesOver } from "../../model/consumers.ts";
import { advice, defineRule, each, notApplicable, undecided, violation, pass } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "dr-database-backups-replicated",
  severity: "critical",
  title: "Automated backups of every database instance are replicated to another region",
  remediation:
    "Add an `aws.rds.InstanceAutomatedBackupsReplication` with `sourceDbInstanceArn: database.arn`, made by a provider " +
    "of the other region, and with a `kmsKeyId` of that region: a lost region then leaves a database to restore.",
  covers: ["DR-02", "CKV_AWS_245"],
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReplicateBackups.html",
  config: z.strictObject({}),
  check: each(aws.dbInstance, (database, { stack }) => {
    if (database.has("replicateSourceDb"))
      return notApplicable("a read replica has no own backups");
    const copies = stack.pointingAt(database, aws.dbBackupReplication, "sourceDbInstanceArn");
    const [copy] = copies.sure;
    if (copy === undefined) {
      const [possible] = copies.maybe;
      return possible === undefined
        ? (takesOver(stack) ? advice : violation)(
            `backups of ${database.label} stay in their region: add an InstanceAutomatedBackupsReplication of it in another one` +
              (takesOver(stack) ? ", once another region answers" : ""),
          )
        : undecided(`whether ${possible.label} copies ${database.label} is not known yet`);
    }
    const [here, there] = [stack.regionOf(database), stack.regionOf(copy)];
    if (here === there) {
      return violation(
        `${copy.label} is in ${there}, as ${database.label} is: give it a provider of another region`,
      );
    }
    if (database.boolean("storageEncrypted") !== true) return pass;
    if (!copy.has("kmsKeyId")) {
      return violation(
        `${copy.label} copies an encrypted database to ${there} and names no key of that region: set kmsKeyId`,
      );
    }
    const key = stack.target(copy, "kmsKeyId", aws.kmsKey, aws.kmsReplica);
    const keyRegion =
      key.kind === "resource"
        ? stack.regionOf(key.resource)
        : key.kind === "elsewhere"
          ? key.value.split(":")[3]
          : undefined;
    if (keyRegion === undefined || keyRegion === "") {
      return undecided(`the region of ${copy.label}'s kmsKeyId is not known`);
    }
    return keyRegion === there
      ? pass
      : violation(
          `${copy.label} is in ${there} and its kmsKeyId in ${keyRegion}: a key of ${there} is needed`,
        );
  }),
});
