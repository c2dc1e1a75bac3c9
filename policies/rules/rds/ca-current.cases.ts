import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { clusterInstance, database } from "../../testing/databases.ts";
import rule from "./ca-current.ts";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "the default, and a current one",
      stack: (s) => {
        database(s);
        clusterInstance(s, { caCertIdentifier: "rds-ca-ecc384-g1" });
      },
      of: ["db", "member"],
    },
  ],
  violation: [
    {
      title: "2019",
      stack: (s) => database(s, { caCertIdentifier: "rds-ca-2019" }),
      says: "comes from rds-ca-2019, which has ended",
    },
    {
      title: "2015",
      stack: (s) => database(s, { caCertIdentifier: "rds-ca-2015" }),
      says: "rds-ca-2015",
    },
  ],
  unknown: [{ title: "not known", stack: (s) => database(s, { caCertIdentifier: notKnown() }) }],
  notApplicable: [{ title: "no database", stack: (s) => s.add(aws.kms.Key, "key", {}) }],
};
export default cases;
