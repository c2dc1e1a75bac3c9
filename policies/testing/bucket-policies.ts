import * as aws from "@pulumi/aws";
import { jsonOf, type Built, type StackBuilder } from "./builder.ts";

/** A bucket with a policy of these statements, which are about all of its objects. */
export function policy(s: StackBuilder, ...statements: readonly object[]): Built {
  const bucket = s.add(aws.s3.Bucket, "events", { bucket: "acme-events" });
  return s.add(aws.s3.BucketPolicy, "policy", {
    bucket: bucket.id,
    policy: JSON.stringify({
      Version: "2012-10-17",
      Statement: statements.map((each) => ({
        Resource: ["arn:aws:s3:::acme-events", "arn:aws:s3:::acme-events/*"],
        ...each,
      })),
    }),
  });
}

/** The same with the bucket's ARN in it, which a preview does not know. */
export function policyWithArn(s: StackBuilder, statement: object): Built {
  const bucket = s.add(aws.s3.Bucket, "events", {});
  return s.add(aws.s3.BucketPolicy, "policy", {
    bucket: bucket.id,
    policy: jsonOf({ Statement: [{ ...statement, Resource: bucket.arn }] }),
  });
}
