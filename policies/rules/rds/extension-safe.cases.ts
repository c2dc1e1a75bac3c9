import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { auroraCluster, database } from "../../testing/databases.ts";
import rule from "./extension-safe.ts";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "current, and exactly mended",
      stack: (s) => {
        database(s, { engineVersion: "16.4" });
        auroraCluster(s, { engineVersion: "13.3" });
      },
      of: ["db", "cluster"],
    },
    {
      title: "only a major version, or none",
      stack: (s) => {
        database(s, { engineVersion: "11" });
        auroraCluster(s);
      },
    },
    { title: "9.6 mended", stack: (s) => database(s, { engineVersion: "9.6.22" }) },
  ],
  violation: [
    {
      title: "13.2",
      stack: (s) => database(s, { engineVersion: "13.2" }),
      says: "Instance db runs PostgreSQL 13.2, whose log_fdw reads files of the host: raise engineVersion",
    },
    { title: "11.11", stack: (s) => database(s, { engineVersion: "11.11" }), says: "11.11" },
    { title: "9.6.21", stack: (s) => database(s, { engineVersion: "9.6.21" }), says: "9.6.21" },
    { title: "9.5", stack: (s) => database(s, { engineVersion: "9.5.25" }), says: "9.5.25" },
  ],
  unknown: [{ title: "not known", stack: (s) => database(s, { engineVersion: notKnown() }) }],
  notApplicable: [
    {
      title: "MySQL",
      stack: (s) => database(s, { engine: "mysql", engineVersion: "8.0" }),
      says: "no PostgreSQL",
    },
    {
      title: "an engine that its backup says",
      stack: (s) =>
        s.add(aws.rds.Instance, "db", { instanceClass: "db.m7g.large", engineVersion: "13.2" }),
    },
  ],
};
export default cases;
