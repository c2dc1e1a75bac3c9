import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { auroraCluster, database } from "../../testing/databases.ts";
import rule from "./encrypted.ts";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "set",
      stack: (s) => {
        database(s, { storageEncrypted: true });
        auroraCluster(s, { storageEncrypted: true });
      },
      of: ["db", "cluster"],
    },
  ],
  violation: [
    { title: "off", stack: (s) => database(s, { storageEncrypted: false }), says: "Instance db" },
    { title: "nothing said", stack: (s) => database(s), says: "set storageEncrypted to true" },
    {
      title: "of a cluster",
      stack: (s) => auroraCluster(s, { storageEncrypted: false }),
      says: "Cluster cluster",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => database(s, { storageEncrypted: notKnown() }),
      says: "storageEncrypted of",
    },
  ],
  notApplicable: [
    { title: "no database", stack: (s) => s.add(aws.kms.Key, "key", {}) },
    {
      title: "a replica",
      stack: (s) => database(s, { replicateSourceDb: "a" }),
      says: "as its source is",
    },
  ],
};
export default cases;
