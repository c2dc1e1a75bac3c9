import { aws } from "../types.ts";
import type { Resource } from "./resource.ts";
import type { Stack } from "./stack.ts";
import type { Reader } from "./value.ts";

/** A bucket's policy; undefined when it has none. @throws NotKnown */
export function bucketPolicyOf(bucket: Resource, stack: Stack): Reader | undefined {
  const policy = stack.partOf(bucket, aws.bucketPolicy, "bucket");
  // Written into the bucket itself, as before version 7 of the provider.
  return policy?.json("policy") ?? bucket.json("policy");
}
