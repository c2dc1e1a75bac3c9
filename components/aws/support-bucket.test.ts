import { describe, expect, test } from "vitest";
import { account, only, recordAws, regionOf } from "../../tests/components/aws-mocks.ts";
import { unlabelled } from "../../tests/components/outputs.ts";
import { AwsSupportBucket } from "./support-bucket.ts";

/* What these tests do not prove: that MSK's delivery of logs is content with the policy. */

const record = (dryRun = false) =>
  recordAws(
    () =>
      new AwsSupportBucket("support", {
        region: regionOf(),
        logDays: 30,
        transform: { bucket: { forceDestroy: true } },
      }),
    { dryRun },
  );

describe.each([true, false])("a bucket for logs and files (dry run %s)", (dryRun) => {
  test("is closed, versioned, and of this region", async () => {
    const made = await record(dryRun);
    const children = made.filter(({ type }) => type.startsWith("aws:"));
    expect(children.map(({ name }) => name).sort()).toEqual([
      "support-access",
      "support-bucket",
      "support-lifecycle",
      "support-policy",
      "support-versioning",
    ]);
    for (const child of children) {
      expect(child).toMatchObject({ parent: "support", provider: "aws-eu-central-1" });
    }
    expect(only(made, "aws:s3/bucket:Bucket").inputs).toMatchObject({
      bucketPrefix: "acme-prod-g1-support-",
      forceDestroy: true,
    });
    const access = only(made, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").inputs;
    for (const setting of [
      "blockPublicAcls",
      "blockPublicPolicy",
      "ignorePublicAcls",
      "restrictPublicBuckets",
    ]) {
      expect(access[setting], setting).toBe(true);
    }
    expect(only(made, "aws:s3/bucketVersioning:BucketVersioning").inputs).toMatchObject({
      versioningConfiguration: { status: "Enabled" },
    });
    expect(unlabelled(made.filter(({ type }) => type === "aws:s3/bucket:Bucket"))).toEqual([]);
  });

  test("lets logs go after their days, and nothing else", async () => {
    const made = await record(dryRun);
    const type = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
    expect(only(made, type).inputs["rules"]).toMatchObject([
      { filter: { prefix: "kafka/" }, expiration: { days: 30 } },
      { filter: { prefix: "" }, abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } },
    ]);
  });
});

test("takes TLS alone, and logs from this account's delivery alone", async () => {
  const made = await record();
  const { Statement: statements } = JSON.parse(
    String(only(made, "aws:s3/bucketPolicy:BucketPolicy").inputs["policy"]),
  ) as { Statement: { Sid: string; Effect: string; Condition: Record<string, object> }[] };
  expect(statements.map(({ Sid, Effect }) => `${Effect} ${Sid}`)).toEqual([
    "Deny TlsOnly",
    "Allow AWSLogDeliveryWrite",
    "Allow AWSLogDeliveryAclCheck",
  ]);
  for (const { Condition: condition } of statements.slice(1)) {
    expect(condition["StringEquals"]).toEqual({ "aws:SourceAccount": account });
  }
});

test("takes access logs of the buckets that it is named, each below its own name, and nothing else", async () => {
  const made = await recordAws(
    () =>
      new AwsSupportBucket("logs", { region: regionOf(), accessLogsOf: ["vault-a", "vault-b"] }),
  );
  const { Statement: statements } = JSON.parse(
    String(only(made, "aws:s3/bucketPolicy:BucketPolicy").inputs["policy"]),
  ) as { Statement: { Sid: string; Resource: unknown; Condition: unknown }[] };
  expect(statements.map(({ Sid }) => Sid)).toEqual(["TlsOnly", "S3ServerAccessLogs"]);
  const arn = "arn:aws:mock:s3:logs-bucket";
  expect(statements[1]).toMatchObject({
    Principal: { Service: "logging.s3.amazonaws.com" },
    Action: "s3:PutObject",
    Resource: [`${arn}/vault-a/*`, `${arn}/vault-b/*`],
    Condition: {
      StringEquals: { "aws:SourceAccount": account },
      ArnLike: { "aws:SourceArn": ["arn:aws:s3:::vault-a", "arn:aws:s3:::vault-b"] },
    },
  });
  const [rule] = only(made, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
    .inputs["rules"] as object[];
  expect(rule).toMatchObject({ filter: { prefix: "" }, expiration: { days: 90 } });
});
