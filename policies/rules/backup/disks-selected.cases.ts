import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { plan, selection } from "../../testing/backup.ts";
import rule from "./disks-selected.ts";

const volume = (s: StackBuilder, tags: Record<string, string> = {}, name = "disk") =>
  s.add(aws.ebs.Volume, name, { availabilityZone: "eu-central-1a", size: 100, tags });
const files = (s: StackBuilder) => s.add(aws.efs.FileSystem, "files", {});
const daily = { key: "backup", value: "daily" };
const byTag = (value = "daily") => ({
  selectionTags: [{ type: "STRINGEQUALS", key: "backup", value }],
});

const cases: Cases = {
  rule,
  pass: [
    {
      title: "by ARN, two in one list",
      stack: (s) => {
        selection(s, plan(s, {}), { resources: [volume(s).arn, files(s).arn] });
      },
      of: ["disk", "files"],
    },
    {
      title: "by tag",
      stack: (s) => {
        volume(s, { backup: "daily" });
        selection(s, plan(s, {}), byTag());
      },
      of: ["disk"],
    },
    {
      title: "all",
      stack: (s) => {
        volume(s);
        files(s);
        selection(s, plan(s, {}), { resources: ["*"] });
      },
      of: ["disk", "files"],
    },
    {
      title: "all that meet the conditions",
      stack: (s) => {
        volume(s, { backup: "daily", stage: "prod-1" });
        selection(s, plan(s, {}), {
          resources: ["*"],
          conditions: [
            {
              stringEquals: [{ ...daily, key: "aws:ResourceTag/backup" }],
              stringLikes: [{ key: "aws:ResourceTag/stage", value: "prod-*" }],
              stringNotEquals: [{ key: "aws:ResourceTag/stage", value: "prod-2" }],
              stringNotLikes: [
                { key: "aws:ResourceTag/stage", value: "test-*" },
                { key: "aws:ResourceTag/none", value: "*" },
              ],
            },
          ],
        });
      },
    },
    {
      title: "a file system by a setting of its own",
      stack: (s) =>
        s.add(aws.efs.BackupPolicy, "policy", {
          fileSystemId: files(s).id,
          backupPolicy: { status: "ENABLED" },
        }),
      of: ["files"],
    },
    {
      title: "by a pattern, once the ARN is known",
      stack: (s) => {
        s.add(
          aws.ebs.Volume,
          "disk",
          { availabilityZone: "eu-central-1a" },
          {
            outputs: { arn: "arn:aws:ec2:eu-central-1:123456789012:volume/vol-1" },
          },
        );
        selection(s, plan(s, {}), { resources: ["arn:aws:ec2:*:*:volume/*"] });
      },
      only: ["engine up", "exported state"],
    },
  ],
  violation: [
    {
      title: "no plan",
      stack: (s) => volume(s),
      says: "no backup plan of the stack takes Volume disk: name it in resources of an aws.backup.Selection",
      of: ["disk"],
    },
    {
      title: "no plan, beside a setting of some file system",
      stack: (s) => {
        volume(s);
        const backupPolicy = { status: "ENABLED" };
        s.add(aws.efs.BackupPolicy, "policy", { fileSystemId: notKnown(), backupPolicy });
      },
      says: "takes Volume disk",
    },
    {
      title: "a plan of another volume's tag",
      stack: (s) => {
        volume(s, { backup: "daily" }, "other");
        volume(s, { backup: "never" });
        volume(s, {}, "bare");
        selection(s, plan(s, {}), byTag());
      },
      says: "takes Volume disk",
      of: ["bare", "disk"],
    },
    {
      title: "all but this",
      stack: (s) => {
        const disk = volume(s);
        selection(s, plan(s, {}), { resources: ["*"], notResources: [disk.arn] });
      },
      says: "takes Volume disk",
    },
    ...(
      [
        ["stringEquals", "other"],
        ["stringLikes", "pro*"],
        ["stringNotEquals", "daily"],
        ["stringNotLikes", "d*"],
      ] as const
    ).map(([operator, value]) => ({
      title: `all but those that ${operator} leaves out`,
      stack: (s: StackBuilder) => {
        volume(s, { backup: "daily", stage: "prod" });
        const stage = operator.includes("Not") ? "test" : "prod";
        const conditions = [
          {
            // Each must hold: the first does.
            [operator]: [
              { key: "aws:ResourceTag/stage", value: stage },
              { key: "aws:ResourceTag/backup", value },
            ],
          },
        ];
        selection(s, plan(s, {}), { resources: ["*"], conditions });
      },
      says: "takes Volume disk",
    })),
    {
      title: "all with a tag that it does not have",
      stack: (s) => {
        volume(s);
        const stringLikes = [{ key: "aws:ResourceTag/backup", value: "*" }];
        selection(s, plan(s, {}), { resources: ["*"], conditions: [{ stringLikes }] });
      },
      says: "takes Volume disk",
    },
    {
      title: "a file system's own setting is off",
      stack: (s) =>
        s.add(aws.efs.BackupPolicy, "policy", {
          fileSystemId: files(s).id,
          backupPolicy: { status: "DISABLED" },
        }),
      says: "takes FileSystem files",
    },
    {
      title: "a pattern of other things, once the ARN is known",
      stack: (s) => {
        volume(s);
        selection(s, plan(s, {}), { resources: ["arn:aws:rds:*:*:db:*"] });
      },
      only: ["engine up", "exported state"],
      says: "takes Volume disk",
    },
  ],
  unknown: [
    {
      title: "what is selected is not known",
      stack: (s) => {
        volume(s);
        selection(s, plan(s, {}), { resources: notKnown() });
      },
      says: "resources of Selection selection is not known",
    },
    {
      title: "one ARN in the list is not known",
      stack: (s) => {
        volume(s);
        selection(s, plan(s, {}), { resources: [notKnown()] });
      },
      says: "whether resources of Selection selection name Volume disk is not known",
    },
    {
      title: "a pattern, before the ARN is known",
      stack: (s) => {
        volume(s);
        selection(s, plan(s, {}), { resources: ["arn:aws:ec2:*:*:volume/*"] });
      },
      only: ["engine preview", "saved preview"],
      says: "whether resources of Selection selection name Volume disk is not known",
    },
  ],
  notApplicable: [{ title: "no disks", stack: (s) => s.add(aws.s3.Bucket, "events", {}) }],
};
export default cases;
