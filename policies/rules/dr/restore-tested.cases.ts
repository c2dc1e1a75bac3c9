import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import rule from "./restore-tested.ts";

const plan = (s: StackBuilder, ...types: pulumi.Input<string>[]) => {
  s.add(aws.rds.Instance, "db", { instanceClass: "x" });
  const made = s.add(aws.backup.RestoreTestingPlan, "plan", {
    scheduleExpression: "cron(0 5 ? * 1 *)",
    recoveryPointSelection: {
      algorithm: "LATEST_WITHIN_WINDOW",
      includeVaults: ["*"],
      recoveryPointTypes: ["CONTINUOUS"],
    },
  });
  types.forEach((protectedResourceType, i) =>
    s.add(aws.backup.RestoreTestingSelection, `selection-${i}`, {
      iamRoleArn: "r",
      protectedResourceType,
      restoreTestingPlanName: made.out("name"),
    }),
  );
};

const cases: Cases = {
  rule,
  pass: [
    {
      title: "the database",
      stack: (s) => {
        plan(s, "EBS", "RDS");
      },
    },
    {
      title: "buckets are not asked for",
      stack: (s) => {
        plan(s, "RDS");
        s.add(aws.s3.Bucket, "events", {});
      },
    },
  ],
  violation: [
    {
      title: "no plan",
      stack: (s) => s.add(aws.rds.Cluster, "cluster", { engine: "x" }),
      says: "no restore is ever tested",
    },
    {
      title: "another kind",
      stack: (s) => {
        plan(s, "EBS");
      },
      says: "restores of RDS are not tested",
    },
    {
      title: "buckets are asked for",
      stack: (s) => {
        plan(s, "RDS");
        s.add(aws.s3.Bucket, "events", {});
      },
      config: { kinds: ["S3"] },
      says: "restores of S3 are not tested: add a RestoreTestingSelection with protectedResourceType S3",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => {
        plan(s, notKnown());
      },
      says: "RDS is wanted",
    },
    {
      title: "one of two is not known",
      stack: (s) => {
        plan(s, "EBS", notKnown());
      },
      says: "RDS is wanted",
    },
  ],
  notApplicable: [
    {
      title: "no database",
      stack: (s) => s.add(aws.s3.Bucket, "events", {}),
      says: "none of RDS, Aurora",
    },
  ],
};
export default cases;
