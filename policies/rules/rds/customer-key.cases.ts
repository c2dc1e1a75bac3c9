import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { auroraCluster, database } from "../../testing/databases.ts";
import rule from "./customer-key.ts";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "a key of the stack, one from elsewhere",
      stack: (s) => {
        const key = s.add(aws.kms.Key, "key", {});
        database(s, { storageEncrypted: true, kmsKeyId: key.arn });
        auroraCluster(s, { storageEncrypted: true, kmsKeyId: notKnown() });
      },
      of: ["db", "cluster"],
    },
  ],
  violation: [
    {
      title: "none",
      stack: (s) => database(s, { storageEncrypted: true }),
      says: "Instance db is encrypted with the service's key: set kmsKeyId",
    },
  ],
  unknown: [
    {
      title: "whether it is encrypted is not known",
      stack: (s) => database(s, { storageEncrypted: notKnown() }),
    },
  ],
  notApplicable: [
    { title: "not encrypted", stack: (s) => database(s), says: "rds-encrypted says so" },
    {
      title: "a replica",
      stack: (s) => database(s, { replicateSourceDb: "a", storageEncrypted: true }),
      says: "a read replica has its source's key",
    },
    {
      title: "restored from a copy",
      stack: (s) => {
        database(s, {
          storageEncrypted: true,
          restoreToPointInTime: { sourceDbInstanceAutomatedBackupsArn: "arn:aws:rds:x" },
        });
      },
      says: "a restored database has the key of its backup",
    },
    {
      title: "restored from a snapshot",
      stack: (s) => database(s, { storageEncrypted: true, snapshotIdentifier: "final" }),
    },
    { title: "no database", stack: (s) => s.add(aws.kms.Key, "key", {}) },
  ],
};
export default cases;
