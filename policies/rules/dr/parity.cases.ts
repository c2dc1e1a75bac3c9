import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import type { StackBuilder } from "../../testing/builder.ts";
import { cluster } from "../../testing/kafka.ts";
import { clickHouse, statefulSet } from "../../testing/workloads.ts";
import rule from "./parity.ts";

const whole = (s: StackBuilder) => {
  s.add(aws.rds.Instance, "db", { instanceClass: "x" });
  cluster(s);
  clickHouse(s, {});
  statefulSet(s, "zookeeper");
  s.add(aws.s3.Bucket, "vault", {});
  s.add(aws.kms.Key, "key", {});
  s.add(aws.secretsmanager.Secret, "login", {});
};
const primary = { role: "primary" };

/** The standby's role comes from its declared objectives, which the peers of a case share: none here. */
const cases: Cases = {
  rule,
  pass: [
    {
      title: "the same kinds, of other types",
      stack: whole,
      stackConfig: { "platform:role": "primary" },
      peers: {
        dr: (s) => {
          s.add(aws.rds.Cluster, "db", { engine: "x" });
          s.add(aws.msk.ServerlessCluster, "kafka", {
            vpcConfigs: [],
            clientAuthentication: { sasl: { iam: { enabled: true } } },
          });
          statefulSet(s, "clickhouse");
          statefulSet(s, "zookeeper");
          s.add(aws.s3.Bucket, "copy", {});
          s.add(aws.kms.ReplicaKey, "key", { primaryKeyArn: "a" });
          s.add(aws.secretsmanager.Secret, "login", {});
        },
      },
    },
    {
      title: "over two standbys, with an exception",
      stack: (s) => {
        s.add(aws.s3.Bucket, "vault", {});
        s.add(aws.kms.Key, "key", {});
        cluster(s);
      },
      stackConfig: { "platform:role": "primary" },
      config: { except: ["kafka"] },
      peers: {
        dr: (s) => s.add(aws.s3.Bucket, "copy", {}),
        dr2: (s) => s.add(aws.kms.Key, "key", {}),
      },
    },
  ],
  violation: [
    {
      title: "two standbys, neither with a bucket",
      stack: (s) => s.add(aws.s3.Bucket, "vault", {}),
      stackConfig: { "platform:role": "primary" },
      peers: {
        dr: (s) => s.add(aws.kms.Key, "key", {}),
        dr2: (s) => s.add(aws.kms.Key, "key", {}),
      },
      says: "prod has a bucket, dr, dr2 has none",
    },
    {
      title: "nothing there",
      stack: whole,
      stackConfig: { "platform:role": "primary" },
      peers: { dr: (s) => s.add(aws.s3.Bucket, "copy", {}) },
      says: /prod has a database, dr has none: add it[^]*a kafka[^]*a clickhouse[^]*a zookeeper[^]*a key[^]*a secret/,
    },
  ],
  unknown: [
    { title: "no other state", stack: whole, objectives: primary, says: "--peer FILE" },
    {
      title: "only another primary",
      stack: whole,
      objectives: primary,
      peers: { other: whole },
      says: "--peer FILE",
    },
  ],
  notApplicable: [
    { title: "no role", stack: whole, says: "asked of the primary only" },
    { title: "the standby", stack: whole, objectives: { role: "standby" } },
    {
      title: "nothing is stored",
      stack: (s) => s.add(aws.iam.Role, "role", { assumeRolePolicy: "{}" }),
      objectives: primary,
      says: "stores nothing",
    },
  ],
};
export default cases;
