import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { auroraCluster, database } from "../../testing/databases.ts";
import rule from "./deletion-protected.ts";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "set",
      stack: (s) => {
        database(s, { deletionProtection: true });
        auroraCluster(s, { deletionProtection: true });
      },
      of: ["db", "cluster"],
    },
  ],
  violation: [
    { title: "off", stack: (s) => database(s, { deletionProtection: false }), says: "Instance db" },
    { title: "nothing said", stack: (s) => database(s), says: "set deletionProtection to true" },
    {
      title: "of a cluster",
      stack: (s) => auroraCluster(s, { deletionProtection: false }),
      says: "Cluster cluster",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => database(s, { deletionProtection: notKnown() }),
      says: "deletionProtection of",
    },
  ],
  notApplicable: [{ title: "no database", stack: (s) => s.add(aws.kms.Key, "key", {}) }],
};
export default cases;
