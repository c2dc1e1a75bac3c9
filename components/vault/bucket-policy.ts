import { denyEpochs } from "../../scripts/vault/epoch-deny.ts";
import { refusePlainHttp } from "../aws/s3.ts";

/** A resource policy that refuses; what is allowed is said by the roles' own policies. */
export interface BucketPolicyArgs {
  readonly bucketArn: string;
  /** The only KMS key that objects may name. */
  readonly keyArn: string;
  /**
   * Epoch in force by line: roles of earlier epochs are refused. The fence has written the same already where it
   * could (`scripts/vault/epoch-deny.ts`).
   * @default none
   * @remarks Recovery: a primary that comes back does not let its former writers in again.
   */
  readonly epochs?: Readonly<Record<string, number>>;
}

/**
 * Refusals that hold for everybody, whatever a role is granted: no plain HTTP, no TLS before 1.2, no
 * other encryption than by the bucket's own key. A PUT that names no key gets the bucket's default and passes.
 *
 * `Null` comes first because a negated comparison is true for a header that is absent.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
 */
export function bucketPolicyDocument({ bucketArn, keyArn, epochs = {} }: BucketPolicyArgs): string {
  const puts = { Action: "s3:PutObject", Resource: `${bucketArn}/*` };
  const refuse = (Sid: string, rest: object) => ({
    Sid,
    Effect: "Deny",
    Principal: "*",
    ...rest,
  });
  const sse = "s3:x-amz-server-side-encryption";
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      refusePlainHttp("PlainHttp", bucketArn),
      refuse("OldTls", {
        Action: "s3:*",
        Resource: [bucketArn, `${bucketArn}/*`],
        Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } },
      }),
      refuse("OtherEncryption", {
        ...puts,
        Condition: { Null: { [sse]: "false" }, StringNotEquals: { [sse]: "aws:kms" } },
      }),
      refuse("OtherKey", {
        ...puts,
        Condition: {
          Null: { [`${sse}-aws-kms-key-id`]: "false" },
          StringNotEquals: { [`${sse}-aws-kms-key-id`]: keyArn },
        },
      }),
      refuse("CustomerKey", {
        ...puts,
        Condition: { Null: { [`${sse}-customer-algorithm`]: "false" } },
      }),
      ...Object.entries(epochs).map(([line, epoch]) => denyEpochs(bucketArn, line, epoch)),
    ],
  });
}
