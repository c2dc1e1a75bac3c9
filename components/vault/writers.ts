import { bucketPolicy, type PolicyStatement } from "../../scripts/vault/bucket-policy.ts";
import {
  recoveryName,
  writerName,
  type BucketPurpose,
  type WriterRole,
} from "../../scripts/vault/policies.ts";

/**
 * Who works with the vault on AWS. `archiver`, `backup` and `lease` write for one epoch; `recovery` reads
 * all and writes its line's control records; `reader` reads all. RDS ships its own WAL: no `wal`.
 */
export type VaultRole = Exclude<WriterRole, "wal"> | "recovery" | "reader";

/** The buckets that a role reaches, each with the KMS key of its region. */
export interface VaultReach {
  /** `aws`, `aws-cn`, `aws-us-gov`. */
  readonly partition: string;
  /** The control bucket lies in the standby's region, for both sides. */
  readonly buckets: Readonly<Record<BucketPurpose, ReachedBucket>>;
}

export interface ReachedBucket {
  readonly name: string;
  readonly region: string;
  readonly keyArn: string;
}

export interface VaultRoleArgs {
  readonly role: VaultRole;
  /** In force; `recovery` and `reader` are not bound to one. */
  readonly epoch: number;
  /** @default "main" */
  readonly line?: string;
  readonly reach: VaultReach;
  /**
   * Key prefixes in the archive where a sink connector keeps its position: it rewrites and removes
   * these objects. Only for `archiver`; each ends in `/`.
   * @default none
   */
  readonly connectorPrefixes?: readonly string[];
  /**
   * May refuse earlier epochs in these buckets' policies. Only for `recovery`, and only for the role of the
   * fence's own step: who writes a policy decides who writes the bucket.
   * @default none
   */
  readonly fences?: readonly BucketPurpose[];
}

interface IamStatement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: object;
}

/**
 * IAM policy of one role: the policy table of the vault's logins (`scripts/vault/policies.ts`), said as IAM
 * says it, and the KMS keys that go with it. Letting an epoch's roles go takes exactly its prefix away.
 *
 * @throws Error for connector prefixes that would let a role out of its epoch
 */
export function vaultRolePolicy(args: VaultRoleArgs): string {
  const { role, epoch, line = "main", reach, connectorPrefixes = [], fences = [] } = args;
  const login =
    role === "recovery" || role === "reader"
      ? recoveryName({ line })
      : writerName(role, epoch, { line });
  const purposes = Object.keys(reach.buckets) as BucketPurpose[];
  const table = purposes.flatMap((purpose) => {
    const { name } = reach.buckets[purpose];
    const { Statement: statements = [] } = bucketPolicy(purpose, name, [login], []) ?? {};
    return statements
      .filter((each) => role !== "reader" || !writes(each))
      .map((each) => ({ purpose, statement: toIam(each, reach.partition) }));
  });
  table.push(...connectorStatements(role, connectorPrefixes, reach));
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      ...merged(table.map(({ statement }) => statement)),
      ...fenceStatements(role, fences, reach),
      ...purposes.flatMap((purpose) => {
        const actions = table
          .filter((each) => each.purpose === purpose)
          .flatMap(({ statement }) => statement.Action);
        return keyStatements(reach.buckets[purpose], actions, reach.partition);
      }),
    ],
  });
}

function writes({ Action }: Pick<PolicyStatement, "Action">): boolean {
  return Action.some((action) => action === "s3:PutObject" || action === "s3:DeleteObject");
}

/** In a role's own policy there is no principal, and the partition is not always `aws`. */
function toIam({ Action, Resource, Condition }: PolicyStatement, partition: string): IamStatement {
  return {
    Sid: "",
    Effect: "Allow",
    Action,
    Resource: Resource.map((arn) => arn.replace(/^arn:aws:/, `arn:${partition}:`)),
    ...(Condition === undefined ? {} : { Condition }),
  };
}

function fenceStatements(
  role: VaultRole,
  purposes: readonly BucketPurpose[],
  { partition, buckets }: VaultReach,
): IamStatement[] {
  if (purposes.length === 0) return [];
  if (role !== "recovery") {
    throw new Error(
      `${role} cannot write the policies of ${purposes.join(", ")}: a fenced side would let itself in again. ` +
        "Only recovery fences.",
    );
  }
  return [
    {
      Sid: "Fence",
      Effect: "Allow",
      Action: ["s3:GetBucketPolicy", "s3:PutBucketPolicy"],
      Resource: purposes.map((purpose) => `arn:${partition}:s3:::${buckets[purpose].name}`),
    },
  ];
}

function connectorStatements(
  role: VaultRole,
  prefixes: readonly string[],
  { partition, buckets }: VaultReach,
): { purpose: BucketPurpose; statement: IamStatement }[] {
  if (prefixes.length === 0) return [];
  const outside = prefixes.find((prefix) => !/^\.[^*?]+\/$/.test(prefix));
  if (role !== "archiver" || outside !== undefined) {
    throw new Error(
      `${role} cannot have the connector prefixes ${prefixes.join(", ")}: only the archiver's connector ` +
        'keeps a position, below a folder of its own. Write one that begins with "." and ends in "/", ' +
        'for example ".indexes/recover-e1/".',
    );
  }
  const arn = `arn:${partition}:s3:::${buckets.archive.name}`;
  const statement = (Action: string[], Resource: string[], Condition?: object): IamStatement => ({
    Sid: "",
    Effect: "Allow",
    Action,
    Resource,
    ...(Condition === undefined ? {} : { Condition }),
  });
  return [
    statement(
      ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
      prefixes.map((prefix) => `${arn}/${prefix}*`),
    ),
    statement(["s3:ListBucket"], [arn], {
      StringLike: { "s3:prefix": prefixes.map((prefix) => `${prefix}*`) },
    }),
  ].map((each) => ({ purpose: "archive" as const, statement: each }));
}

/** Those with the same actions and condition become one: a role has room for 10,240 characters. */
function merged(statements: readonly IamStatement[]): IamStatement[] {
  const groups = new Map<string, { first: IamStatement; resources: Set<string> }>();
  for (const each of statements) {
    const key = JSON.stringify([each.Action, each.Condition]);
    const group = groups.get(key) ?? { first: each, resources: new Set<string>() };
    for (const resource of each.Resource) group.resources.add(resource);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ first, resources }, index) => ({
    ...first,
    Sid: `Vault${index + 1}`,
    Resource: [...resources],
  }));
}

/**
 * Reading decrypts, writing asks for a data key, and a multipart upload does both; through S3 for this
 * bucket alone (with a bucket key its ARN is the encryption context).
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
 */
function keyStatements(
  bucket: ReachedBucket,
  s3Actions: readonly string[],
  partition: string,
): object[] {
  const arn = `arn:${partition}:s3:::${bucket.name}`;
  const actions = [
    ...(s3Actions.some((action) => /^s3:(Get|Put)Object$/.test(action)) ? ["kms:Decrypt"] : []),
    ...(s3Actions.includes("s3:PutObject") ? ["kms:GenerateDataKey"] : []),
  ];
  if (actions.length === 0) return [];
  return [
    {
      Effect: "Allow",
      Action: actions,
      Resource: [bucket.keyArn],
      Condition: {
        StringLike: {
          "kms:ViaService": `s3.${bucket.region}.amazonaws.com*`,
          "kms:EncryptionContext:aws:s3:arn": [arn, `${arn}/*`],
        },
      },
    },
  ];
}
