import { isDeepStrictEqual } from "node:util";
import type { Properties } from "../../provider/values.ts";

/**
 * Inputs whose change makes a resource anew, of those that the tests change: `ForceNew` of the Terraform provider that
 * @pulumi/aws 7 is made of. A name that is not here is changed in place.
 */
const replaces: Readonly<Record<string, readonly string[]>> = {
  "aws:rds/instance:Instance": [
    "availabilityZone",
    "dbName",
    "engine",
    "kmsKeyId",
    "restoreToPointInTime",
    "snapshotIdentifier",
    "storageEncrypted",
    "username",
  ],
  "aws:s3/bucketObjectv2:BucketObjectv2": ["bucket", "key"],
  "aws:s3/bucket:Bucket": ["bucket", "bucketPrefix", "objectLockEnabled"],
  "aws:msk/cluster:Cluster": ["clusterName", "encryptionInfo"],
  "aws:kms/key:Key": ["customerMasterKeySpec", "keyUsage", "multiRegion"],
  "aws:ec2/vpc:Vpc": ["cidrBlock"],
  "aws:ec2/subnet:Subnet": ["availabilityZone", "cidrBlock", "vpcId"],
};

/** Inputs that are changed, of those whose change makes it anew. */
export const replacedBy = (type: string, olds: Properties, news: Properties): string[] =>
  (replaces[type] ?? []).filter((input) => !isDeepStrictEqual(olds[input], news[input]));
