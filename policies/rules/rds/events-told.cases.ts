import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import type * as pulumi from "@pulumi/pulumi";
import { auroraCluster, database } from "../../testing/databases.ts";
import rule from "./events-told.ts";

const told = (s: StackBuilder, sourceType?: pulumi.Input<string>, enabled = true) =>
  s.add(aws.rds.EventSubscription, `told-${s.built.length}`, {
    snsTopic: "t",
    enabled,
    ...(sourceType === undefined ? {} : { sourceType }),
  });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "of both",
      stack: (s) => {
        database(s);
        auroraCluster(s);
        told(s, "db-instance");
        told(s, "db-cluster");
      },
    },
    {
      title: "of everything",
      stack: (s) => {
        database(s);
        told(s);
      },
    },
  ],
  violation: [
    {
      title: "of nothing",
      stack: (s) => database(s),
      says: "nobody is told of a failed db-instance",
    },
    {
      title: "of instances only",
      stack: (s) => {
        auroraCluster(s);
        told(s, "db-instance");
      },
      says: "nobody is told of a failed db-cluster",
    },
    {
      title: "off",
      stack: (s) => {
        database(s);
        told(s, "db-instance", false);
      },
      says: "nobody is told",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => {
        database(s);
        told(s, notKnown());
      },
      says: "what an event subscription tells of",
    },
  ],
  notApplicable: [
    { title: "no database", stack: (s) => s.add(aws.kms.Key, "key", {}), says: "has no database" },
  ],
};
export default cases;
