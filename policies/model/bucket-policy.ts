import { aws } from "../types.ts";
import type { Resource } from "./resource.ts";
import type { Stack } from "./stack.ts";
import type { Reader } from "./value.ts";
import { wildcard } from "./wildcard.ts";

/** Statements of a bucket's policy; undefined when it has none. @throws NotKnown */
export function statementsOf(bucket: Resource, stack: Stack): Reader[] | undefined {
  const policy = stack.partOf(bucket, aws.bucketPolicy, "bucket");
  // Written into the bucket itself, as before version 7 of the provider.
  return (policy?.json("policy") ?? bucket.json("policy"))?.list("Statement");
}

/** Everybody: `*`, or `{ "AWS": "*" }`. */
export function isForEverybody(statement: Reader): boolean {
  return principalsOf(statement).includes("*");
}

/** Names in a statement's principal, of whatever kind. */
export function principalsOf(statement: Reader): string[] {
  const kinds = statement.keys("Principal");
  return kinds.length === 0
    ? statement.strings("Principal")
    : kinds.flatMap((kind) => statement.strings(`Principal.${kind}`));
}

/** True when one of the statement's actions covers `action`, wildcards included. */
export function allows(statement: Reader, action: string): boolean {
  return statement.strings("Action").some((each) => wildcard(each, "i").test(action));
}
