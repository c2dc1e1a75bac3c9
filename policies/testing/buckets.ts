import * as aws from "@pulumi/aws";
import type { Built, StackBuilder } from "./builder.ts";

type Rule = aws.types.input.s3.BucketReplicationConfigRule;

/** A versioned bucket, and one in the other region that it is copied into. */
export function copiedBucket(
  s: StackBuilder,
  change: (rule: Rule) => Partial<Rule> = () => ({}),
  { to = "eu-west-1", name = "backups", region = "eu-central-1" } = {},
): { readonly bucket: Built; readonly copy: Built; readonly replication: Built } {
  const bucket = s.add(aws.s3.Bucket, name, {}, { region });
  const copy = s.add(aws.s3.Bucket, `${name}-copy`, {}, { region: to });
  for (const each of [bucket, copy]) {
    s.add(aws.s3.BucketVersioning, `${each.name}-versions`, {
      bucket: each.id,
      versioningConfiguration: { status: "Enabled" },
    });
  }
  const on = { status: "Enabled" };
  const rule: Rule = {
    status: "Enabled",
    deleteMarkerReplication: { status: "Disabled" },
    destination: {
      bucket: copy.arn,
      replicationTime: { ...on, time: { minutes: 15 } },
      metrics: { ...on, eventThreshold: { minutes: 15 } },
    },
  };
  const replication = s.add(aws.s3.BucketReplicationConfig, `${name}-replication`, {
    bucket: bucket.id,
    role: "arn:aws:iam::123456789012:role/replication",
    rules: [{ ...rule, ...change(rule) }],
  });
  return { bucket, copy, replication };
}
