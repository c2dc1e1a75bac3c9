import type { Reader } from "./value.ts";
import { wildcard } from "./wildcard.ts";

/**
 * Conditions that keep out other accounts than the named one, or all but named principals, networks or
 * sources. Not among them is `kms:ViaService`: strangers use the service too.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 * Those that S3 itself counts: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 */
const narrowing = new Set(
  [
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIp",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceOwner",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:userid",
    "kms:CallerAccount",
    "s3:DataAccessPointAccount",
    "s3:DataAccessPointArn",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
  ].map((key) => key.toLowerCase()),
);

/** Statements of a resource's policy that let everybody in. @throws NotKnown */
export function openStatements(document: Reader): Reader[] {
  return document
    .list("Statement")
    .filter(
      (statement) =>
        statement.string("Effect") === "Allow" && forEverybody(statement) && !isNarrowed(statement),
    );
}

/** Name of a statement, for messages. */
export function nameOf(statement: Reader): string {
  return `the statement ${statement.string("Sid") ?? "without a Sid"}`;
}

/** It lets everybody in, or keeps everybody out. */
export function forEverybody(statement: Reader): boolean {
  // All but those that are named: a permission is for everybody else, a denial leaves the named out.
  if (statement.has("NotPrincipal")) return statement.string("Effect") === "Allow";
  return principalsOf(statement).includes("*");
}

/** Names in a statement's principal, of whatever kind. */
export function principalsOf(statement: Reader): string[] {
  const kinds = statement.keys("Principal");
  return kinds.length === 0
    ? statement.strings("Principal")
    : kinds.flatMap((kind) => statement.strings(`Principal.${kind}`));
}

/** One of the statement's actions is `action`, wildcards included. */
export function isAbout(statement: Reader, action: string): boolean {
  return statement.strings("Action").some((each) => wildcard(each, "i").test(action));
}

function isNarrowed(statement: Reader): boolean {
  return statement.keys("Condition").some((operator) => {
    // With IfExists and ForAllValues a request that does not say it passes; the negations let most in.
    const strict =
      /^(ForAnyValue:)?(String(Equals|EqualsIgnoreCase|Like)|Arn(Equals|Like)|IpAddress)$/;
    if (!strict.test(operator)) return false;
    const keys = statement.at("Condition").entry(operator);
    return keys?.keys("").some((key) => {
      const values = keys.entry(key)?.strings("");
      return narrowing.has(key.toLowerCase()) && values?.every((each) => !isAnything(each));
    });
  });
}

function isAnything(value: string): boolean {
  return /^\*+$/.test(value) || value === "0.0.0.0/0" || value === "::/0";
}
