import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { auroraCluster, database } from "../../testing/databases.ts";
import rule from "./in-backup-plan.ts";

const select = (s: StackBuilder, more: Partial<aws.backup.SelectionArgs>) =>
  s.add(aws.backup.Selection, "selection", { iamRoleArn: "r", planId: "p", ...more });

const cases: Cases = {
  rule,
  pass: [
    { title: "by its ARN", stack: (s) => select(s, { resources: [database(s).arn] }), of: ["db"] },
    {
      title: "by a tag",
      stack: (s) => {
        database(s, { tags: { backup: "daily" } });
        select(s, { selectionTags: [{ type: "STRINGEQUALS", key: "backup", value: "daily" }] });
      },
    },
    {
      title: "everything",
      stack: (s) => {
        auroraCluster(s);
        select(s, { resources: ["*"] });
      },
    },
  ],
  violation: [
    {
      title: "no selection",
      stack: (s) => database(s),
      says: "no plan of AWS Backup takes Instance db: add an aws.backup.Selection",
    },
    {
      title: "another database",
      stack: (s) => {
        database(s, {}, "other");
        select(s, { resources: [database(s).arn] });
      },
      says: "takes Instance other",
      of: ["other"],
    },
    {
      title: "another tag",
      stack: (s) => {
        database(s, { tags: { backup: "never" } });
        select(s, { selectionTags: [{ type: "STRINGEQUALS", key: "backup", value: "daily" }] });
      },
      says: "no plan",
    },
    {
      title: "no such tag",
      stack: (s) => {
        database(s, { tags: { owner: "daily" } });
        select(s, { selectionTags: [{ type: "STRINGEQUALS", key: "backup", value: "daily" }] });
      },
      says: "no plan",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => {
        database(s);
        select(s, { resources: [notKnown()] });
      },
    },
  ],
  notApplicable: [{ title: "no database", stack: (s) => s.add(aws.kms.Key, "key", {}) }],
};
export default cases;
