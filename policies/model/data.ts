import { z } from "zod";
import { aws } from "../types.ts";
import type { Resource } from "./resource.ts";
import type { Stack } from "./stack.ts";
import { NotKnown } from "./value.ts";
import {
  decide,
  notApplicable,
  type Outcome,
  type Verdict,
  noneOf,
  type Context,
} from "../rule.ts";

/** Which buckets hold what cannot be made again. */
export const dataBuckets = {
  buckets: z
    .string()
    .default("backup|archive|ledger|vault|event")
    .describe(
      "Regular expression over the names of buckets that hold what cannot be made again; the tag `recover:data` counts too",
    ),
};

const dataTags: ReadonlySet<string | undefined> = new Set(["events", "backups", "ledger"]);

/** The tag `recover:data` says that nothing in it is anybody's data: logs, files that are fetched again. */
export const holdsNothing = "its tag recover:data says that it holds no data";

/** @see holdsNothing */
export function saysItHoldsNothing(resource: Resource): boolean {
  return (
    resource.isKnown("tags") && resource.at("tags").entry("recover:data")?.string("") === "none"
  );
}

/** A bucket that a recovery needs: by its tag, or by its name. */
export function holdsData(bucket: Resource, pattern: string): boolean {
  const tag = bucket.isKnown("tags") ? bucket.at("tags").entry("recover:data") : undefined;
  if (tag !== undefined) return dataTags.has(tag.string(""));
  const wanted = new RegExp(pattern, "i");
  const names = [bucket.name, bucket.peek("bucket")];
  return names.some((each) => typeof each === "string" && wanted.test(each));
}

/** Asks of each bucket that holds data. */
export function eachDataBucket<Config extends { readonly buckets: string }>(
  ask: (bucket: Resource, context: Context<Config>) => Outcome,
): (context: Context<Config>) => Verdict[] {
  return (context) => {
    const all = context.stack.of(aws.bucket);
    const some = all.filter((each) => holdsData(each, context.config.buckets));
    if (some.length > 0) {
      return some.map((resource) => ({ resource, outcome: decide(() => ask(resource, context)) }));
    }
    const reason =
      all.length === 0
        ? noneOf([aws.bucket])
        : `no bucket holds data: neither the tag recover:data nor a name like ${context.config.buckets}`;
    return [{ outcome: notApplicable(reason) }];
  };
}

/** Copy rules of a bucket. */
export function replicationOf(bucket: Resource, stack: Stack): Resource | undefined {
  return stack.partOf(bucket, aws.bucketReplication, "bucket");
}

/** True when another bucket of the stack is copied into it. @throws NotKnown when one may be */
export function isCopy(bucket: Resource, stack: Stack): boolean {
  const targets = stack
    .of(aws.bucketReplication)
    .flatMap((each) =>
      each
        .list("rules")
        .map((rule) => stack.target(each, `${rule.path}.destination.bucket`, aws.bucket)),
    );
  if (targets.some((each) => each.resource === bucket)) return true;
  if (targets.every(({ kind }) => kind !== "unknown")) return false;
  throw new NotKnown(`whether ${bucket.label} is itself a copy is not known yet`);
}

/** Days in a rule of retention or expiry that may be given as years. */
export const daysPerYear = 365;
