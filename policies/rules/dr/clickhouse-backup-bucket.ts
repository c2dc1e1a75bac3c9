import { z } from "zod";
import { dataBuckets, holdsData, replicationOf } from "../../model/data.ts";
import { cronJobsOf } from "../../model/platform.ts";
import type { Resource } from "../../model/resource.ts";
import { containersOf } from "../../model/workload.ts";
import { all, defineRule, eachOf, failIf, undecided } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "dr-clickhouse-backup-bucket",
  severity: "high",
  title: "Backups of ClickHouse go into a bucket that is copied to the other region",
  remediation:
    "Hand the backup job the vault's bucket (a variable such as BACKUP_BUCKET), which has a BucketReplicationConfig.",
  covers: ["DR-15"],
  url: "https://clickhouse.com/docs/operations/backup/s3_endpoint",
  config: z.strictObject(dataBuckets),
  check: eachOf(
    (stack) => cronJobsOf(stack, /clickhouse/i, /backup/i),
    "no CronJob backs ClickHouse up",
    (job, { stack, config }) => {
      const places = bucketVariables(job);
      const targets = places.map((path) => stack.target(job, path, aws.bucket));
      const buckets = targets.flatMap((each) => (each.kind === "resource" ? [each.resource] : []));
      if (buckets.length === 0) {
        return undecided(
          `which bucket ${job.label} writes to cannot be seen: hand it over in a variable named …BUCKET`,
        );
      }
      return all(
        ...buckets.map((bucket) =>
          failIf(
            !holdsData(bucket, config.buckets) || replicationOf(bucket, stack) === undefined,
            `${job.label} writes backups to ${bucket.label}, which is not copied to the other region: add a BucketReplicationConfig, or write to the vault`,
          ),
        ),
      );
    },
  ),
});

/** Paths of variables that name a bucket. @throws NotKnown */
function bucketVariables(job: Resource): string[] {
  return containersOf(job).flatMap((container) =>
    container
      .list("env")
      .filter((each) => /bucket/i.test(String(each.string("name"))))
      .map((each) => `${each.path}.value`),
  );
}
