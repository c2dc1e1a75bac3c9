/** Arguments of a `BucketPublicAccessBlock`, beside the bucket: whatever a policy or an ACL says. */
export const noPublicAccess = {
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
} as const;

/** Statement of a bucket's policy. */
export function refusePlainHttp(sid: string, bucketArn: string): object {
  return {
    Sid: sid,
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [bucketArn, `${bucketArn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}
