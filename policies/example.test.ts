import * as aws from "@pulumi/aws";
import { describe, expect, test } from "vitest";
import { evaluate, violations } from "./evaluate.ts";
import { rules } from "./index.ts";
import { readSettings } from "./settings/index.ts";
import { StackBuilder } from "./testing/builder.ts";
import { sources, stackFrom } from "./testing/sources.ts";

/**
 * What introductions to the three resources write, with their defaults: a database that may be deleted
 * without a snapshot, a bucket by its name alone, a cluster of three brokers.
 */
function introduction(): StackBuilder {
  const s = new StackBuilder("dev", "us-east-1");
  s.add(aws.rds.Instance, "default", {
    allocatedStorage: 10,
    dbName: "mydb",
    engine: "postgres",
    engineVersion: "16.3",
    instanceClass: "db.t3.micro",
    username: "postgres",
    skipFinalSnapshot: true,
  });
  s.add(aws.s3.Bucket, "events", { tags: { Environment: "Dev" } });
  s.add(aws.msk.Cluster, "kafka", {
    kafkaVersion: "3.9.x",
    numberOfBrokerNodes: 3,
    brokerNodeGroupInfo: {
      instanceType: "kafka.m5.large",
      clientSubnets: ["subnet-a", "subnet-b", "subnet-c"],
      storageInfo: { ebsStorageInfo: { volumeSize: 1000 } },
      securityGroups: ["sg-1"],
    },
    encryptionInfo: { encryptionAtRestKmsKeyArn: "arn:aws:kms:us-east-1:123456789012:key/a" },
  });
  return s;
}

const expected: Readonly<Record<string, readonly string[]>> = {
  default: [
    "dr-database-backups-replicated",
    "dr-database-deletion-keeps-backups",
    "dr-protected",
    "rds-backups-kept",
    "rds-deletion-protected",
    "rds-encrypted",
  ],
  events: [
    "dr-bucket-replicated",
    "dr-objects-locked",
    "dr-protected",
    "s3-public-blocked",
    "s3-tls-only",
    "s3-versioned",
  ],
  kafka: ["dr-broker-durable", "dr-protected", "msk-authenticated"],
  "": ["dr-alarms"],
};

describe("an introduction's stack", () => {
  test.each(sources)(
    "gets the findings that a reviewer would write, and no other: %s",
    (source) => {
      const stack = stackFrom(source, introduction(), { objectives: {} });
      const report = evaluate(rules, stack, readSettings({}, "dev", rules), new Date());
      const found: Record<string, string[]> = {};
      for (const { urn, rule } of violations(report, "mandatory")) {
        const list = (found[urn?.split("::").at(-1) ?? ""] ??= []);
        list.push(rule.id);
      }
      for (const list of Object.values(found)) list.sort();
      expect(found).toEqual(expected);
    },
  );
});
