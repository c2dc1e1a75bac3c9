import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { auroraCluster, database } from "../../testing/databases.ts";
import rule from "./tls-forced.ts";

const grouped = (
  s: StackBuilder,
  family: string,
  ...parameters: aws.types.input.rds.ParameterGroupParameter[]
) => {
  const group = s.add(aws.rds.ParameterGroup, "group", { family, parameters });
  return database(s, { parameterGroupName: group.out("name") });
};

const cases: Cases = {
  rule,
  pass: [
    {
      title: "instance and cluster, by their own groups",
      stack: (s) => {
        grouped(s, "postgres14", { name: "rds.force_ssl", value: "1" });
        const group = s.add(aws.rds.ClusterParameterGroup, "cluster-group", {
          family: "aurora-mysql8.0",
          parameters: [{ name: "require_secure_transport", value: "ON" }],
        });
        auroraCluster(s, {
          engine: "aurora-mysql",
          dbClusterParameterGroupName: group.out("name"),
        });
      },
      of: ["db", "cluster"],
    },
    {
      title: "beside another parameter, and in words",
      stack: (s) => {
        grouped(
          s,
          "postgres14",
          { name: "log_connections", value: "0" },
          { name: "rds.force_ssl", value: "true" },
        );
      },
    },
    { title: "15 forces it by default", stack: (s) => grouped(s, "postgres15") },
    { title: "16 without a group", stack: (s) => database(s, { engineVersion: "16.4" }) },
  ],
  violation: [
    {
      title: "off in 16",
      stack: (s) => grouped(s, "postgres16", { name: "rds.force_ssl", value: "0" }),
      says: "Instance db takes connections in the clear: in ParameterGroup group set rds.force_ssl=1",
    },
    {
      title: "off, beside another parameter that is on",
      stack: (s) =>
        grouped(
          s,
          "postgres14",
          { name: "log_connections", value: "1" },
          { name: "rds.force_ssl", value: "0" },
        ),
      says: "in the clear",
    },
    {
      title: "of an engine that its backup says",
      stack: (s) =>
        s.add(aws.rds.Instance, "db", { instanceClass: "db.m7g.large", engineVersion: "16.4" }),
      says: "set require_secure_transport=ON",
    },
    { title: "14 does not force it", stack: (s) => grouped(s, "postgres14"), says: "in the clear" },
    {
      title: "14 without a group",
      stack: (s) => database(s, { engineVersion: "14.9" }),
      says: "has no parameter group of its own: give it one and set rds.force_ssl=1",
    },
    {
      title: "MySQL",
      stack: (s) => database(s, { engine: "mysql", engineVersion: "16" }),
      says: "set require_secure_transport=ON",
    },
    { title: "no version", stack: (s) => database(s), says: "no parameter group of its own" },
  ],
  unknown: [
    {
      title: "a group elsewhere",
      stack: (s) => database(s, { parameterGroupName: "ours" }),
      says: "is not in this stack",
    },
    {
      title: "a value that is not known",
      stack: (s) => grouped(s, "postgres14", { name: "rds.force_ssl", value: notKnown() }),
    },
  ],
  notApplicable: [{ title: "no database", stack: (s) => s.add(aws.kms.Key, "key", {}) }],
};
export default cases;
