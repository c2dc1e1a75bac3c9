import { describe, expect, test } from "vitest";
import { decide } from "../../tests/components/iam.ts";
import { deniedBelow, withDeniedEpochs } from "../../scripts/vault/epoch-deny.ts";
import { bucketPolicyDocument } from "./bucket-policy.ts";

const bucketArn = "arn:aws:s3:::acme-recover-eu-west-1-backups";
const keyArn = "arn:aws:kms:eu-west-1:123456789012:key/far";
const policy = bucketPolicyDocument({ bucketArn, keyArn });
const tls = { "aws:SecureTransport": "true", "s3:TlsVersion": "1.3" };
const sse = "s3:x-amz-server-side-encryption";

const put = (context: Record<string, string>) =>
  decide(policy, {
    action: "s3:PutObject",
    resource: `${bucketArn}/e1/x`,
    context: { ...tls, ...context },
  });

describe("a bucket's policy", () => {
  test.each([bucketArn, `${bucketArn}/e1/x`])(
    "refuses plain HTTP and old TLS at %s",
    (resource) => {
      const get = (context: Record<string, string>) =>
        decide(policy, { action: "s3:GetObject", resource, context });
      expect(get({ "aws:SecureTransport": "false" })).toBe("deny");
      expect(get({ ...tls, "s3:TlsVersion": "1.1" })).toBe("deny");
      expect(get({ ...tls, "s3:TlsVersion": "1.2" })).toBe("silent");
      expect(get(tls)).toBe("silent");
    },
  );

  test.each<[string, "deny" | "silent", Record<string, string>]>([
    ["no header: the bucket's default", "silent", {}],
    ["our key", "silent", { [sse]: "aws:kms", [`${sse}-aws-kms-key-id`]: keyArn }],
    ["KMS without a key: the default key", "silent", { [sse]: "aws:kms" }],
    [
      "another key",
      "deny",
      { [sse]: "aws:kms", [`${sse}-aws-kms-key-id`]: "arn:aws:kms:eu-west-1:1:key/other" },
    ],
    ["S3's own keys", "deny", { [sse]: "AES256" }],
    ["the caller's key", "deny", { [`${sse}-customer-algorithm`]: "AES256" }],
  ])("of a PUT with %s: %s", (_, decision, context) => {
    expect(put(context)).toBe(decision);
  });

  test("grants nothing to anybody", () => {
    expect(policy).not.toContain('"Allow"');
  });

  test("refuses roles of earlier epochs where it is told which one is in force", () => {
    const told = bucketPolicyDocument({ bucketArn, keyArn, epochs: { main: 3 } });
    expect(deniedBelow(told, "main")).toBe(3);
    expect(deniedBelow(policy, "main")).toBe(0);
    // What the fence wrote by itself is what the next `up` writes: no difference to show.
    expect(withDeniedEpochs(policy, bucketArn, "main", 3)).toBe(told);
  });
});
