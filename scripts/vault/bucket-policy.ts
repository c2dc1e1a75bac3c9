import { grantsOf, parseUserName, type BucketPurpose, type Grant, type Verb } from "./policies.ts";

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal: { readonly AWS: readonly string[] };
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** A bucket policy document of the S3 API. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly PolicyStatement[];
}

const objectActions: Record<Exclude<Verb, "list">, readonly string[]> = {
  read: ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectRetention"],
  write: ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
  delete: ["s3:DeleteObject"],
};

/**
 * The policy of one bucket, from the names of the logins and who holds their lines: so it can be made
 * again at any time by anybody. A login whose epoch is not taken yet reads at most. A revoked login has no grant and an explicit refusal, which wins over every grant
 * that somebody may add by hand.
 * @param bucket the bucket's name
 * @param revoked names whose epoch was fenced
 * @param waiting names whose epoch is not taken yet. @default none
 * @returns undefined when no login has anything to do with the bucket
 */
export function bucketPolicy(
  purpose: BucketPurpose,
  bucket: string,
  names: readonly string[],
  revoked: readonly string[],
  waiting: readonly string[] = [],
): PolicyDocument | undefined {
  const allow = names
    .filter((name) => !revoked.includes(name))
    .flatMap((name) => {
      const user = parseUserName(name);
      if (user === undefined) return [];
      const grants = grantsOf(user).filter(
        ({ bucket: of, verb }) =>
          of === purpose && (verb === "read" || verb === "list" || !waiting.includes(name)),
      );
      return grants.map((grant) => allowStatement(name, bucket, grant));
    });
  const deny: PolicyStatement[] =
    revoked.length === 0
      ? []
      : [
          {
            Sid: "Revoked",
            Effect: "Deny",
            Principal: { AWS: [...revoked].sort() },
            Action: ["s3:*"],
            Resource: [arn(bucket), arn(bucket, "*")],
          },
        ];
  const statements = [...deny, ...allow];
  return statements.length === 0 ? undefined : { Version: "2012-10-17", Statement: statements };
}

/** The logins that a policy refuses by name: the memory of every fence so far. */
export function revokedIn(policy: PolicyDocument | undefined): string[] {
  return (policy?.Statement ?? [])
    .filter((statement) => statement.Effect === "Deny")
    .flatMap((statement) => statement.Principal.AWS);
}

function allowStatement(name: string, bucket: string, { verb, keys }: Grant): PolicyStatement {
  const pattern = keys.endsWith("/") ? `${keys}*` : keys;
  const common = {
    // Letters and digits are all that a Sid may hold.
    Sid: `${name}-${verb}-${keys}`.replaceAll(/[^A-Za-z0-9]/g, ""),
    Effect: "Allow" as const,
    Principal: { AWS: [name] },
  };
  if (verb !== "list") {
    return { ...common, Action: objectActions[verb], Resource: [arn(bucket, pattern)] };
  }
  const list = { ...common, Action: ["s3:ListBucket"], Resource: [arn(bucket)] };
  if (pattern !== "*") {
    return { ...list, Condition: { StringLike: { "s3:prefix": [pattern] } } };
  }
  // Who sees the whole bucket may ask how long it keeps things: a ledger says so.
  return { ...list, Action: [...list.Action, "s3:GetBucketObjectLockConfiguration"] };
}

function arn(bucket: string, key?: string): string {
  return `arn:aws:s3:::${bucket}${key === undefined ? "" : `/${key}`}`;
}
