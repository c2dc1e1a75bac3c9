import type { Resource } from "./resource.ts";

/** Outputs that other resources name a resource by. */
const names = [
  "id",
  "arn",
  "name",
  "bucket",
  "identifier",
  "resourceId",
  "clusterIdentifier",
  "clusterName",
  "keyId",
  "bucketDomainName",
];

/** Every known text that another resource may name this one by. */
export function identities(resource: Resource): string[] {
  const known = new Set<string>();
  if (resource.facts.id !== undefined) known.add(resource.facts.id);
  for (const name of names) {
    const value = resource.peek(name);
    if (typeof value === "string" && value !== "") known.add(value);
  }
  return [...known];
}

/** True when `value` names one of them: literally, or as an S3 ARN of that bucket. */
export function matches(value: string, known: readonly string[]): boolean {
  if (known.includes(value)) return true;
  const names: readonly (string | undefined)[] = known;
  return names.includes(/^arn:[^:]+:s3:::([^/]+)/.exec(value)?.[1]);
}
