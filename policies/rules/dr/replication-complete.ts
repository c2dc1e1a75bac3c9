import { z } from "zod";
import { dataBuckets, eachDataBucket, replicationOf } from "../../model/data.ts";
import type { Resource } from "../../model/resource.ts";
import type { Stack } from "../../model/stack.ts";
import type { Reader } from "../../model/value.ts";
import { all, defineRule, failIf, notApplicable, pass, type Outcome } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "dr-replication-complete",
  severity: "high",
  title:
    "Copies arrive within minutes, are measured, keep what is deleted and hold encrypted objects too",
  remediation:
    "In each replication rule: `replicationTime` and `metrics` Enabled with 15 minutes, `deleteMarkerReplication` Disabled, and for " +
    "KMS `sourceSelectionCriteria.sseKmsEncryptedObjects` Enabled with `encryptionConfiguration.replicaKmsKeyId` of the other region.",
  covers: ["DR-05"],
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-time-control.html",
  config: z.strictObject(dataBuckets),
  check: eachDataBucket((bucket, { stack }) => {
    const replication = replicationOf(bucket, stack);
    if (replication === undefined) return notApplicable("it is not replicated from here");
    const rules = replication.list("rules").filter((rule) => rule.string("status") === "Enabled");
    const encrypted = usesKms(bucket, stack);
    return all(...rules.map((rule) => complete(rule, replication, encrypted)));
  }),
});

function complete(rule: Reader, replication: Resource, encrypted: boolean): Outcome {
  const on = (path: string) => rule.string(`${path}.status`) === "Enabled";
  const need = (path: string, why: string) =>
    failIf(!on(path), `${replication.label} ${why}: set rules[].${path}.status to Enabled`);
  return all(
    need("destination.replicationTime", "has no time that copies arrive within"),
    need("destination.metrics", "does not measure how late copies are"),
    failIf(
      on("deleteMarkerReplication"),
      `${replication.label} hides in the copy what is deleted in the source: set rules[].deleteMarkerReplication.status to Disabled`,
    ),
    encrypted
      ? need("sourceSelectionCriteria.sseKmsEncryptedObjects", "leaves objects under a KMS key out")
      : pass,
    encrypted
      ? failIf(
          !rule.has("destination.encryptionConfiguration.replicaKmsKeyId"),
          `${replication.label} names no key of the other region: set rules[].destination.encryptionConfiguration.replicaKmsKeyId`,
        )
      : pass,
  );
}

function usesKms(bucket: Resource, stack: Stack): boolean {
  const encryption = stack.partOf(bucket, aws.bucketEncryption, "bucket");
  return (encryption?.list("rules") ?? []).some((rule) =>
    rule.string("applyServerSideEncryptionByDefault.sseAlgorithm")?.startsWith("aws:kms"),
  );
}
