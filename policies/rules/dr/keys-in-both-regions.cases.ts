import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, nowhere, type Built, type StackBuilder } from "../../testing/builder.ts";
import rule from "./keys-in-both-regions.ts";

const database = (s: StackBuilder, key: Built) =>
  s.add(aws.rds.Instance, "db", { instanceClass: "x", kmsKeyId: key.arn });
const replica = (s: StackBuilder, key: Built, region = "eu-west-1") =>
  s.add(aws.kms.ReplicaKey, "replica", { primaryKeyArn: key.arn }, { region });
const multi = (s: StackBuilder) => s.add(aws.kms.Key, "key", { multiRegion: true });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "a replica, used by six kinds of stores",
      stack: (s) => {
        const key = multi(s);
        replica(s, key);
        database(s, key);
        s.add(aws.rds.Cluster, "cluster", { engine: "x", kmsKeyId: key.arn });
        const bucket = s.add(aws.s3.Bucket, "events", {});
        s.add(aws.s3.BucketServerSideEncryptionConfiguration, "encryption", {
          bucket: bucket.id,
          rules: [
            {
              applyServerSideEncryptionByDefault: {
                sseAlgorithm: "aws:kms",
                kmsMasterKeyId: key.arn,
              },
            },
          ],
        });
        s.add(aws.secretsmanager.Secret, "secret", { kmsKeyId: key.id });
        s.add(aws.backup.Vault, "vault", { kmsKeyArn: key.arn });
        s.add(aws.msk.Cluster, "kafka", {
          kafkaVersion: "3.9.x",
          numberOfBrokerNodes: 3,
          brokerNodeGroupInfo: { clientSubnets: [], instanceType: "x", securityGroups: [] },
          encryptionInfo: { encryptionAtRestKmsKeyArn: key.arn },
        });
      },
      of: ["cluster", "db", "encryption", "kafka", "secret", "vault"],
    },
    {
      title: "a key of its own there",
      stack: (s) => {
        database(s, s.add(aws.kms.Key, "key", {}));
        s.add(aws.kms.Key, "there", {}, { region: "eu-west-1" });
      },
    },
    {
      title: "a replica of another stack's key",
      stack: (s) => {
        const primaryKeyArn = "arn:aws:kms:us-east-1:123456789012:key/mrk-1";
        database(s, s.add(aws.kms.ReplicaKey, "replica", { primaryKeyArn }));
      },
    },
    {
      title: "a store in the other region that uses the replica",
      stack: (s) => database(s, replica(s, multi(s))),
    },
  ],
  violation: [
    {
      title: "a standby that takes over: only advice",
      stack: (s) => database(s, s.add(aws.kms.Key, "key", {})),
      name: "dr",
      stackConfig: { "platform:role": "standby", "platform:mode": "failover" },
      says: "or a key in the other region, once that answers",
    },
    {
      title: "one key in one region",
      stack: (s) => database(s, s.add(aws.kms.Key, "key", {})),
      says: /^Key key, which encrypts Instance db, is in eu-central-1 alone: set multiRegion .* other region$/,
      of: ["db"],
    },
    {
      title: "another key in the same region does not help",
      stack: (s) => {
        database(s, s.add(aws.kms.Key, "key", {}));
        s.add(aws.kms.Key, "other", {});
      },
      says: "is in eu-central-1 alone",
    },
    {
      title: "multi-region, and no replica",
      stack: (s) => database(s, multi(s)),
      says: "could have a replica in another region and has none",
    },
    {
      title: "the replica is in the same region",
      stack: (s) => {
        const key = multi(s);
        replica(s, key, "eu-central-1");
        database(s, key);
      },
      says: "and has none",
    },
  ],
  unknown: [
    {
      title: "a key that is not known",
      stack: (s) => s.add(aws.rds.Instance, "db", { instanceClass: "x", kmsKeyId: notKnown() }),
      says: "kmsKeyId of Instance db is not known",
    },
    {
      title: "a key of another stack",
      stack: (s) =>
        s.add(aws.rds.Instance, "db", {
          instanceClass: "x",
          kmsKeyId: "arn:aws:kms:eu-central-1:123456789012:key/x",
        }),
      says: "is not in this stack",
    },
    {
      title: "whose replica it is is not known",
      stack: (s) => {
        database(s, multi(s));
        s.add(
          aws.kms.ReplicaKey,
          "replica",
          { primaryKeyArn: notKnown() },
          { region: "eu-west-1" },
        );
      },
      says: "whether Key key has a replica is not known",
    },
    {
      title: "no region is told",
      stack: (s) => database(s, s.add(aws.kms.Key, "key", {})),
      region: nowhere,
      only: ["engine preview", "saved preview"],
      says: "the region of Key key is not known",
    },
  ],
  notApplicable: [
    {
      title: "no store names a key",
      stack: (s) => s.add(aws.rds.Instance, "db", { instanceClass: "x" }),
      says: "nothing in the stack is encrypted with a key of its own",
    },
  ],
};
export default cases;
