import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import rule from "./customer-key.ts";

const secret = (s: StackBuilder, args: aws.secretsmanager.SecretArgs, name = "login") =>
  s.add(aws.secretsmanager.Secret, name, args);

const cases: Cases = {
  rule,
  pass: [
    {
      title: "the secret and its replica, each with a key of its region",
      stack: (s) => {
        const key = s.add(aws.kms.Key, "key", { multiRegion: true });
        const there = { region: "eu-west-1" };
        const copy = s.add(aws.kms.ReplicaKey, "copy", { primaryKeyArn: key.arn }, there);
        const replicas = [{ region: "eu-west-1", kmsKeyId: copy.arn }];
        secret(s, { kmsKeyId: key.arn, replicas });
        secret(s, { kmsKeyId: "alias/secrets" }, "other");
      },
      of: ["login", "other"],
    },
    {
      title: "a key that is not known yet",
      stack: (s) => secret(s, { kmsKeyId: notKnown() }),
    },
  ],
  violation: [
    {
      title: "no key",
      stack: (s) => secret(s, {}),
      says: "Secret login is encrypted with the key that AWS manages: set kmsKeyId",
    },
    {
      title: "the key that AWS manages, by name",
      stack: (s) => secret(s, { kmsKeyId: "alias/aws/secretsmanager" }),
      says: "with the key that AWS manages",
    },
    {
      title: "the same by its ARN, and an empty one",
      stack: (s) => {
        const kmsKeyId = "arn:aws:kms:eu-central-1:123456789012:alias/aws/secretsmanager";
        secret(s, { kmsKeyId });
        secret(s, { kmsKeyId: "" }, "other");
      },
      says: "with the key that AWS manages",
      of: ["login", "other"],
    },
    {
      title: "of the replica",
      stack: (s) => {
        const key = s.add(aws.kms.Key, "key", {});
        secret(s, { kmsKeyId: key.arn, replicas: [{ region: "eu-west-1" }] });
      },
      says: "the replica of Secret login in eu-west-1 is encrypted with the key that AWS manages: set replicas.0.kmsKeyId",
    },
  ],
  unknown: [
    {
      title: "the replicas are not known",
      stack: (s) => secret(s, { kmsKeyId: "alias/secrets", replicas: notKnown() }),
      says: "replicas of Secret login is not known",
    },
  ],
  notApplicable: [{ title: "no secret", stack: (s) => s.add(aws.s3.Bucket, "events", {}) }],
};
export default cases;
