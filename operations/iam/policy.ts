import { UserError } from "../../scripts/command.ts";
import { partitionOf } from "../../lib/aws.ts";
import { bucketName } from "../../components/vault/names.ts";
import { copyOf, type AwsSettings } from "../../stacks/settings.ts";
import type { Asked } from "../stack/asked.ts";
import { passedTo, serviceLinked, type Row } from "./rows.ts";
import { table } from "./table.ts";

export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[] | "*";
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

export interface Policy {
  readonly name: string;
  readonly document: { readonly Version: "2012-10-17"; readonly Statement: readonly Statement[] };
}

/** What of a stack is made: all of it, or what a pilot light does not have yet. */
export interface Wanted {
  readonly stack: string;
  readonly settings: AwsSettings;
  /** Whose actions are listed. */
  readonly asked: readonly Asked[];
  /** All of the stack's, for the names of its roles. */
  readonly all: readonly Asked[];
  /** A failover: it makes nothing of IAM, only hands over roles that are there. */
  readonly failover: boolean;
}

/** Types of AWS that the table has no row for: what they need nobody has looked up. */
export function unknownTypes(asked: readonly Asked[]): string[] {
  const types = asked.map(({ type }) => type).filter((type) => type.startsWith("aws:"));
  return [...new Set(types)].filter((type) => !(type in table)).sort();
}

/**
 * What a failover still has to make or change, by what its pilot light has already: the same type and name
 * with the same inputs is there and is not touched.
 */
export function addedBy(failover: readonly Asked[], pilotLight: readonly Asked[]): Asked[] {
  const before = new Set(pilotLight.map(keyOf));
  return failover.filter((each) => !before.has(keyOf(each)));
}

function keyOf({ type, name, region, inputs }: Asked): string {
  return JSON.stringify([type, name, region, inputs]);
}

/** @throws UserError for a resource whose actions nobody has looked up */
export function policiesFor(wanted: Wanted): Policy[] {
  const missing = unknownTypes(wanted.asked);
  if (missing.length > 0) {
    throw new UserError(
      `operations/iam/table.ts has no row for ${missing.join(", ")}: what they take is not known. Add one, by the ` +
        "service's page of https://docs.aws.amazon.com/service-authorization/latest/reference/.",
    );
  }
  const statements = [...byType(wanted), ...roles(wanted), operator(wanted)];
  return packed(
    `${wanted.settings.install}-${wanted.stack}${wanted.failover ? "-failover" : ""}`,
    statements,
  );
}

/** One statement for each service and scope. */
function byType({ asked, all, settings, stack }: Wanted): Statement[] {
  const groups = new Map<string, { scope: Row["scope"]; actions: Set<string> }>();
  for (const type of new Set(asked.map((each) => each.type))) {
    const row = table[type];
    if (row === undefined) continue;
    for (const action of row.actions) {
      const [service = ""] = action.split(":");
      const key = JSON.stringify([service, row.scope]);
      const group = groups.get(key) ?? { scope: row.scope, actions: new Set() };
      group.actions.add(action);
      groups.set(key, group);
    }
  }
  const regions = [...new Set(asked.flatMap(({ region }) => region ?? []))].sort();
  return [...groups].map(([key, { scope, actions }], index) => {
    const [service] = JSON.parse(key) as [string];
    const base = {
      Sid: sid(service, index),
      Effect: "Allow" as const,
      Action: [...actions].sort(),
    };
    return scope === "region"
      ? { ...base, Resource: "*", Condition: { StringEquals: { "aws:RequestedRegion": regions } } }
      : { ...base, Resource: arnsOf(scope.arns, { all, settings, stack, regions }) };
  });
}

/** Handing over a role is no making of one: a failover may do the first alone. */
function roles({ all, settings, stack, asked, failover }: Wanted): Statement[] {
  const pass: Statement = {
    Sid: "PassRoles",
    Effect: "Allow",
    Action: ["iam:PassRole"],
    Resource: arnsOf(["{roles}"], { all, settings, stack, regions: [] }),
    Condition: { StringEquals: { "iam:PassedToService": passedTo } },
  };
  const makesClusters = asked.some(({ type }) =>
    /^aws:(eks|rds|msk|mskconnect|appautoscaling)\//.test(type),
  );
  if (failover || !makesClusters) return [pass];
  return [
    pass,
    {
      Sid: "ServiceLinkedRoles",
      Effect: "Allow",
      Action: ["iam:CreateServiceLinkedRole"],
      Resource: [
        `arn:${partitionOf(settings.region)}:iam::${settings.account}:role/aws-service-role/*`,
      ],
      Condition: { StringEquals: { "iam:AWSServiceName": serviceLinked } },
    },
  ];
}

/** Steps that run beside `pulumi up`: fence and lease in the control bucket, the vault's ledgers. */
function operator({ settings }: Wanted): Statement {
  const { vaultName, region, standbyRegion } = settings;
  const arn = (name: string) => `arn:${partitionOf(settings.region)}:s3:::${name}`;
  const control = arn(bucketName(vaultName, standbyRegion, "control"));
  const copy = copyOf(settings);
  const near = [
    bucketName(vaultName, region, "backups"),
    bucketName(vaultName, region, "archive"),
    ...(copy === undefined
      ? []
      : (["backups", "archive", "control"] as const).map((purpose) =>
          bucketName(copy.vaultName, copy.region, purpose),
        )),
  ].map(arn);
  return {
    Sid: "FenceAndLedgers",
    Effect: "Allow",
    Action: ["s3:GetBucketLocation", "s3:GetObject", "s3:ListBucket", "s3:PutObject"],
    Resource: [control, `${control}/*`, ...near, ...near.map((bucket) => `${bucket}/*`)],
  };
}

interface Names extends Pick<Wanted, "all" | "settings" | "stack"> {
  readonly regions: readonly string[];
}

function arnsOf(patterns: readonly string[], { all, settings, stack, regions }: Names): string[] {
  const { install, account } = settings;
  const vaults = [settings.vaultName, copyOf(settings)?.vaultName ?? []].flat();
  const partition = partitionOf(settings.region);
  const role = (name: string) => `arn:${partition}:iam::${account}:role/${name}`;
  const made = all
    .filter(({ type }) => type === "aws:iam/role:Role")
    // Pulumi adds a random end to a logical name.
    .map(({ name, inputs }) =>
      role(typeof inputs["name"] === "string" ? inputs["name"] : `${name}-*`),
    );
  const found = patterns.flatMap((pattern) => {
    if (pattern.includes("{roles}")) return made;
    const filled = pattern
      .replaceAll("{partition}", partition)
      .replaceAll("{account}", account)
      .replaceAll("{prefix}", `${install}-${stack}`);
    const places = filled.includes("{region}") ? regions : [""];
    const named = (filled.includes("{vault}") ? vaults : [""]).flatMap((vault) =>
      places.map((region) => filled.replaceAll("{vault}", vault).replaceAll("{region}", region)),
    );
    // Of a bucket, its objects too.
    return named.flatMap((arn) => (arn.includes(":s3:::") ? [arn, `${arn}/*`] : [arn]));
  });
  return [...new Set(found)].sort();
}

function sid(service: string, index: number): string {
  const word = service.replaceAll(/[^a-z]/g, "");
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}${index}`;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, without white space. */
export const longestPolicy = 6144;

/** As few policies as the statements fit into, in their order. */
function packed(name: string, statements: readonly Statement[]): Policy[] {
  const policies: Statement[][] = [[]];
  for (const statement of statements) {
    const last = policies.at(-1) ?? [];
    if (last.length > 0 && sizeOf([...last, statement]) > longestPolicy) policies.push([statement]);
    else last.push(statement);
  }
  return policies.map((each, index) => ({
    name: `${name}-${index + 1}`,
    document: { Version: "2012-10-17", Statement: each },
  }));
}

export function sizeOf(statements: readonly Statement[]): number {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements }).length;
}
