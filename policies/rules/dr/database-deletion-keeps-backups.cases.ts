import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import rule from "./database-deletion-keeps-backups.ts";

const database = (s: StackBuilder, more: Partial<aws.rds.InstanceArgs>) =>
  s.add(aws.rds.Instance, "db", { instanceClass: "db.m7g.large", ...more });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "both are kept, of instance and cluster",
      stack: (s) => {
        database(s, { deleteAutomatedBackups: false, skipFinalSnapshot: false });
        s.add(aws.rds.Cluster, "cluster", { engine: "x", deleteAutomatedBackups: false });
      },
      of: ["db", "cluster"],
    },
  ],
  violation: [
    {
      title: "by default backups go",
      stack: (s) => database(s, {}),
      says: "deleting Instance db deletes its automated backups: set deleteAutomatedBackups to false",
    },
    {
      title: "no last snapshot",
      stack: (s) => database(s, { deleteAutomatedBackups: false, skipFinalSnapshot: true }),
      says: "deleting Instance db takes no last snapshot: set skipFinalSnapshot to false",
    },
    {
      title: "of a cluster",
      stack: (s) => s.add(aws.rds.Cluster, "cluster", { engine: "x" }),
      says: "deleting Cluster cluster deletes its automated backups",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => database(s, { deleteAutomatedBackups: false, skipFinalSnapshot: notKnown() }),
      says: "skipFinalSnapshot of Instance db is not known",
    },
  ],
  notApplicable: [
    { title: "no database", stack: (s) => s.add(aws.kms.Key, "key", {}) },
    {
      title: "a replica",
      stack: (s) => database(s, { replicateSourceDb: "main" }),
      says: "a read replica has no own backups",
    },
  ],
};
export default cases;
