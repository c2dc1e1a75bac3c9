import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, nowhere, type Built, type StackBuilder } from "../../testing/builder.ts";
import rule from "./database-backups-replicated.ts";

const standby = { region: "eu-west-1" };
const database = (s: StackBuilder, name = "db", more: Partial<aws.rds.InstanceArgs> = {}) =>
  s.add(aws.rds.Instance, name, {
    instanceClass: "db.m7g.large",
    storageEncrypted: true,
    backupRetentionPeriod: 14,
    ...more,
  });
const copy = (s: StackBuilder, of: Built, key?: Built, options: object = standby) =>
  s.add(
    aws.rds.InstanceAutomatedBackupsReplication,
    `${of.name}-copy`,
    { sourceDbInstanceArn: of.arn, ...(key === undefined ? {} : { kmsKeyId: key.arn }) },
    options,
  );

const cases: Cases = {
  rule,
  pass: [
    {
      title: "a copy in the other region, with a key there",
      stack: (s) => copy(s, database(s), s.add(aws.kms.Key, "key", {}, standby)),
      of: ["db"],
    },
    {
      title: "one provider, the region set on copy and replica key",
      stack: (s) => {
        const primary = s.add(aws.kms.Key, "key", { multiRegion: true });
        const key = s.add(aws.kms.ReplicaKey, "replica", {
          primaryKeyArn: primary.arn,
          region: "eu-west-1",
        });
        const db = database(s);
        s.add(aws.rds.InstanceAutomatedBackupsReplication, "copy", {
          sourceDbInstanceArn: db.arn,
          kmsKeyId: key.arn,
          region: "eu-west-1",
        });
      },
    },
    {
      title: "a key of that region that the stack does not hold",
      stack: (s) =>
        s.add(
          aws.rds.InstanceAutomatedBackupsReplication,
          "copy",
          {
            sourceDbInstanceArn: database(s).arn,
            kmsKeyId: "arn:aws:kms:eu-west-1:123456789012:key/abc",
          },
          standby,
        ),
    },
    {
      title: "a database that is not encrypted needs no key",
      stack: (s) => copy(s, database(s, "db", { storageEncrypted: false })),
    },
  ],
  violation: [
    {
      title: "a standby that takes over: only advice",
      stack: (s) => database(s),
      name: "dr",
      stackConfig: { "platform:role": "standby", "platform:mode": "failover" },
      says: "of it in another one, once another region answers",
    },
    {
      title: "the second database has none",
      stack: (s) => {
        copy(s, database(s), s.add(aws.kms.Key, "key", {}, standby));
        database(s, "other");
      },
      says: /^backups of Instance other stay in their region: add .* in another one$/,
      of: ["other"],
    },
    {
      title: "the copy is in the same region",
      stack: (s) => copy(s, database(s), s.add(aws.kms.Key, "key", {}), {}),
      says: "db-copy is in eu-central-1, as Instance db is",
    },
    {
      title: "encrypted, and no key",
      stack: (s) => copy(s, database(s)),
      says: "names no key of that region: set kmsKeyId",
    },
    {
      title: "the key is in the database's region",
      stack: (s) => copy(s, database(s), s.add(aws.kms.Key, "key", {})),
      says: "db-copy is in eu-west-1 and its kmsKeyId in eu-central-1",
    },
  ],
  unknown: [
    {
      title: "it is not known whose copy it is",
      stack: (s) => {
        database(s);
        s.add(
          aws.rds.InstanceAutomatedBackupsReplication,
          "copy",
          { sourceDbInstanceArn: notKnown() },
          standby,
        );
      },
      says: "whether InstanceAutomatedBackupsReplication copy copies Instance db is not known",
    },
    {
      title: "no region is told",
      stack: (s) => copy(s, database(s), s.add(aws.kms.Key, "key", {})),
      region: nowhere,
      only: ["engine preview", "saved preview"],
      says: "the region of Instance db is not known",
    },
    {
      title: "a key whose ARN names no region",
      stack: (s) =>
        s.add(
          aws.rds.InstanceAutomatedBackupsReplication,
          "copy",
          { sourceDbInstanceArn: database(s).arn, kmsKeyId: "arn:aws:kms::123456789012:key/abc" },
          standby,
        ),
      says: "kmsKeyId is not known",
    },
    {
      title: "a key that is not known",
      stack: (s) =>
        s.add(
          aws.rds.InstanceAutomatedBackupsReplication,
          "copy",
          { sourceDbInstanceArn: database(s).arn, kmsKeyId: notKnown() },
          standby,
        ),
      says: "the region of InstanceAutomatedBackupsReplication copy's kmsKeyId is not known",
    },
  ],
  notApplicable: [
    { title: "no database", stack: (s) => s.add(aws.s3.Bucket, "events", {}) },
    {
      title: "a read replica",
      stack: (s) => database(s, "db", { replicateSourceDb: "main" }),
      says: "a read replica has no own backups",
    },
  ],
};
export default cases;
