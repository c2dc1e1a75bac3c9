import type { Reader } from "./value.ts";

/**
 * Conditions that keep out other accounts than the named one, or all but named principals, networks or
 * sources. Not among them is `kms:ViaService`: strangers use the service too.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
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
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:userid",
    "kms:CallerAccount",
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

/** Its principal is everybody. */
export function forEverybody(statement: Reader): boolean {
  // All but those that are named is everybody else.
  if (statement.has("NotPrincipal")) return true;
  if (statement.value("Principal") === "*") return true;
  return ["AWS", "CanonicalUser", "Federated"].some((kind) =>
    statement.strings(`Principal.${kind}`).includes("*"),
  );
}

function isNarrowed(statement: Reader): boolean {
  return statement.keys("Condition").some((operator) => {
    const keys = statement.at("Condition").entry(operator);
    // With IfExists and ForAllValues a request that does not say it passes; the negations let most in.
    const strict =
      /^(ForAnyValue:)?(String(Equals|EqualsIgnoreCase|Like)|Arn(Equals|Like)|IpAddress)$/;
    return (
      strict.test(operator) &&
      keys?.keys("").some((key) => {
        const values = keys.entry(key)?.strings("") ?? [];
        return narrowing.has(key.toLowerCase()) && values.every((each) => !isAnything(each));
      }) === true
    );
  });
}

function isAnything(value: string): boolean {
  return /^\*+$/.test(value) || value === "0.0.0.0/0" || value === "::/0";
}
