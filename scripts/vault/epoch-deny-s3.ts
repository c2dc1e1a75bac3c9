import {
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { partitionOf } from "../../lib/aws.ts";
import type { ControlBucket, VaultSide } from "../connection.ts";
import { denyEarlierEpochs, type BucketPolicyStore } from "./epoch-deny.ts";
import { explainS3Error } from "./s3-errors.ts";
import { attemptOf, ObjectStore } from "./s3.ts";

/**
 * Refuses a line's earlier epochs in the buckets that this side reaches: the vault's copy in its own region,
 * and the control bucket. Buckets in the lost region get the same statement from the next `pulumi up` there.
 */
export async function fenceBuckets(
  vault: VaultSide,
  control: ControlBucket,
  line: string,
  below: number,
): Promise<boolean> {
  const places = [
    { access: vault, buckets: [vault.backups, vault.archive] },
    { access: control, buckets: [control.bucket] },
  ];
  let changed = false;
  for (const { access, buckets } of places) {
    const partition = partitionOf(access.region);
    const store = new ObjectStore(access);
    try {
      changed =
        (await denyEarlierEpochs(policies(store), buckets, { line, below, partition })) || changed;
    } finally {
      store.close();
    }
  }
  return changed;
}

function policies(store: ObjectStore): BucketPolicyStore {
  const explained = async <T>(action: string, bucket: string, call: () => Promise<T>) => {
    try {
      return await call();
    } catch (error) {
      throw explainS3Error(error, { ...attemptOf(store.access), action, bucket });
    }
  };
  return {
    read: (bucket) =>
      explained("read the policy", bucket, async () => {
        try {
          return (await store.client.send(new GetBucketPolicyCommand({ Bucket: bucket }))).Policy;
        } catch (error) {
          if (error instanceof S3ServiceException && error.name === "NoSuchBucketPolicy") return;
          throw error;
        }
      }),
    write: (bucket, Policy) =>
      explained("write the policy", bucket, async () => {
        await store.client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
      }),
  };
}
