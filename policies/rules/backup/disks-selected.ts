import { z } from "zod";
import { isSelected } from "../../model/backup-plan.ts";
import { defineRule, each, failIf, pass } from "../../rule.ts";

const volume = "aws:ebs/volume:Volume";
const fileSystem = "aws:efs/fileSystem:FileSystem";
const fileSystemPolicy = "aws:efs/backupPolicy:BackupPolicy";

export default defineRule({
  id: "backup-disks-selected",
  severity: "medium",
  title: "Volumes of EBS and file systems of EFS are in a backup plan",
  remediation:
    'Take them into an `aws.backup.Selection`, by ARN or by a tag; for EFS an `aws.efs.BackupPolicy` with `status: "ENABLED"` does it too.',
  covers: [
    "CKV2_AWS_9",
    "CKV2_AWS_18",
    "cfg-ebs-in-backup-plan",
    "cfg-efs-in-backup-plan",
    "cfg-ebs-resources-protected-by-backup-plan",
    "cfg-efs-resources-protected-by-backup-plan",
    "SH-EC2.28",
    "SH-EFS.2",
  ],
  url: "https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html",
  config: z.strictObject({}),
  check: each([volume, fileSystem], (disk, { stack }) => {
    if (disk.type === fileSystem) {
      const own = stack.partOf(disk, fileSystemPolicy, "fileSystemId");
      if (own?.string("backupPolicy.status") === "ENABLED") return pass;
    }
    return failIf(
      !isSelected(disk, stack),
      `no backup plan of the stack takes ${disk.label}: name it in resources of an aws.backup.Selection, or give it a tag that one selects`,
    );
  }),
});
