import { createHash } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { account, regionOf } from "../../tests/components/aws-mocks.ts";
import type { ConnectorPlugin } from "./plugin.ts";
import type { ArchiveBucket, ArchiveTarget } from "./target.ts";

export const clusterArn = `arn:aws:kafka:eu-central-1:${account}:cluster/acme-prod-g1-kafka/0f1e-2`;
export const bucketArn = "arn:aws:s3:::acme-archive";
export const keyArn = `arn:aws:kms:eu-central-1:${account}:key/archive`;
export const logsKeyArn = `arn:aws:kms:eu-central-1:${account}:key/logs`;

export const bucket: ArchiveBucket = {
  name: "acme-archive",
  arn: bucketArn,
  keyArn,
  defaultRetention: false,
};

/** Inside a recorded program. */
export function target(changed: Partial<ArchiveTarget> = {}): ArchiveTarget {
  return {
    region: regionOf(),
    clusterArn,
    topic: "events",
    consumerGroup: "clickhouse",
    clusterId: pulumi.output("C"),
    topicId: pulumi.output("T"),
    epoch: pulumi.output(7),
    bucket,
    ...changed,
  };
}

/** A file that stands for the connector's release, in a folder that the caller removes. */
export function pluginFile(): { readonly plugin: ConnectorPlugin; readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), "recover-plugin-"));
  const path = join(folder, "kafka-connect-aws-s3.zip");
  writeFileSync(path, "a plugin");
  const sha256 = createHash("sha256").update("a plugin").digest("hex");
  return { plugin: { path, sha256 }, folder };
}
