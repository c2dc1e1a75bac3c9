import { setTimeout as sleep } from "node:timers/promises";
import {
  AclOperations,
  AclPermissionTypes,
  ResourcePatternTypes,
  ResourceTypes,
} from "@platformatic/kafka";
import type { Acl, AclFilter, Admin, describeAclsV3 } from "@platformatic/kafka";
import { z } from "zod";
import { UserError } from "../command.ts";
import type { KafkaConnection } from "../connection.ts";
import { apiOf, everyBroker, withAdmin } from "./client.ts";

const name = <T extends object>(names: T) =>
  z.enum(Object.keys(names) as [keyof T & string, ...(keyof T & string)[]]);

/** One rule of the authorizer, in words: what a ledger keeps. */
export const aclEntry = z.object({
  resourceType: name(ResourceTypes),
  resourceName: z.string(),
  patternType: name(ResourcePatternTypes),
  /** `User:NAME`. */
  principal: z.string(),
  host: z.string(),
  operation: name(AclOperations),
  permission: name(AclPermissionTypes),
});
export type AclEntry = z.infer<typeof aclEntry>;

/** The archiver's own consumer group. */
export const ARCHIVER_GROUP = "archiver";
/** Transactional ids that producers may take. */
export const TRANSACTIONAL_PREFIX = "producer-";

const CONSUMER = /^User:clickhouse-e(\d+)$/;
const OURS = /^User:(producer|archiver|clickhouse-e\d+)$/;

/** How long a change may take to reach every broker. */
const PROPAGATION_MS = 10_000;

export function principalOf(login: string): string {
  return `User:${login}`;
}

/** The epoch in the name of a ClickHouse principal, or undefined for any other. */
export function consumerEpoch(principal: string): number | undefined {
  const epoch = CONSUMER.exec(principal)?.[1];
  return epoch === undefined ? undefined : Number(epoch);
}

/** What a ClickHouse consumer may do: read its topic, use its group, nothing else. */
export function consumerAcls(kafka: KafkaConnection, login: string): AclEntry[] {
  const may = grantsOf(login);
  return [
    ...may("TOPIC", kafka.topic, ["READ", "DESCRIBE"]),
    ...may("GROUP", kafka.group, ["READ", "DESCRIBE"]),
  ];
}

/**
 * Every rule that this platform has: least privilege, literal names; the one prefix is that of the
 * producers' transactional ids.
 *
 * @param consumer login that ClickHouse may consume with; without one nobody may
 */
export function declaredAcls(kafka: KafkaConnection, consumer?: string): AclEntry[] {
  const producer = grantsOf(kafka.producer?.username);
  const archiver = grantsOf(kafka.archiver?.username);
  return [
    ...producer("TOPIC", kafka.topic, ["WRITE", "DESCRIBE"]),
    ...producer("TRANSACTIONAL_ID", TRANSACTIONAL_PREFIX, ["WRITE", "DESCRIBE"], "PREFIXED"),
    ...archiver("TOPIC", kafka.topic, ["READ", "DESCRIBE"]),
    ...archiver("GROUP", ARCHIVER_GROUP, ["READ", "DESCRIBE"]),
    ...(consumer === undefined ? [] : consumerAcls(kafka, consumer)),
  ];
}

function grantsOf(login: string | undefined) {
  return (
    resourceType: AclEntry["resourceType"],
    resourceName: string,
    operations: readonly AclEntry["operation"][],
    patternType: AclEntry["patternType"] = "LITERAL",
  ): AclEntry[] =>
    login === undefined
      ? []
      : operations.map((operation) => ({
          resourceType,
          resourceName,
          patternType,
          principal: principalOf(login),
          host: "*",
          operation,
          permission: "ALLOW",
        }));
}

/** What to add and what to take away so that our principals have exactly the declared rules. */
export function planAcls(
  present: readonly AclEntry[],
  declared: readonly AclEntry[],
): { add: AclEntry[]; remove: AclEntry[] } {
  const has = new Set(present.map(keyOf));
  const wants = new Set(declared.map(keyOf));
  return {
    add: declared.filter((entry) => !has.has(keyOf(entry))),
    remove: present.filter((entry) => OURS.test(entry.principal) && !wants.has(keyOf(entry))),
  };
}

/** Every rule of the cluster, sorted. */
export async function listAcls(kafka: KafkaConnection): Promise<AclEntry[]> {
  return withAdmin(kafka, describeAcls);
}

export async function describeAcls(admin: Admin): Promise<AclEntry[]> {
  return toEntries(await admin.describeAcls({ filter: filterOf({}) }));
}

/**
 * Lets a ClickHouse login consume; returns when every broker knows. One that may already costs a look and no right
 * to change anything.
 */
export async function grantConsumer(kafka: KafkaConnection, login: string): Promise<void> {
  await withAdmin(kafka, async (admin) => {
    const { add } = planAcls(await describeAcls(admin), consumerAcls(kafka, login));
    await changeAcls(admin, add, []);
  });
}

/** Takes every use of a consumer group away from a login; returns when no broker allows it. */
export async function revokeGroup(kafka: KafkaConnection, login: string): Promise<void> {
  await withAdmin(kafka, (admin) =>
    removeMatching(admin, filterOf({ principal: principalOf(login), resourceType: "GROUP" })),
  );
}

/** Takes every rule of a login away; returns when no broker knows one. */
export async function revokeAll(kafka: KafkaConnection, login: string): Promise<void> {
  await withAdmin(kafka, (admin) =>
    removeMatching(admin, filterOf({ principal: principalOf(login) })),
  );
}

/**
 * Puts rules of a ledger back that the cluster lacks. Rules of ClickHouse logins are left out,
 * except the given one's: a fenced login that gets its rule back consumes again within seconds.
 *
 * @returns the rules that were added
 */
export async function restoreAcls(
  kafka: KafkaConnection,
  entries: readonly AclEntry[],
  consumer?: string,
): Promise<AclEntry[]> {
  const keep = consumer === undefined ? undefined : principalOf(consumer);
  const wanted = entries.filter(
    (entry) => consumerEpoch(entry.principal) === undefined || entry.principal === keep,
  );
  return withAdmin(kafka, async (admin) => {
    const { add } = planAcls(await describeAcls(admin), wanted);
    await changeAcls(admin, add, []);
    return add;
  });
}

/** Adds, then removes, and waits until every broker shows both. */
export async function changeAcls(
  admin: Admin,
  add: readonly AclEntry[],
  remove: readonly AclEntry[],
): Promise<void> {
  if (add.length > 0) await admin.createAcls({ creations: add.map(toAcl) });
  if (remove.length > 0) await admin.deleteAcls({ filters: remove.map(toAcl) });
  if (add.length + remove.length === 0) return;
  await untilEveryBroker(admin, filterOf({}), (entries) => {
    const has = new Set(entries.map(keyOf));
    return add.every((entry) => has.has(keyOf(entry))) && !remove.some((e) => has.has(keyOf(e)));
  });
}

async function removeMatching(admin: Admin, filter: AclFilter): Promise<void> {
  await admin.deleteAcls({ filters: [filter] });
  await untilEveryBroker(admin, filter, (entries) => entries.length === 0);
}

/** Each broker decides by its own copy of the rules, which follows with a delay. */
async function untilEveryBroker(
  admin: Admin,
  filter: AclFilter,
  done: (entries: AclEntry[]) => boolean,
): Promise<void> {
  const describe = await apiOf<[AclFilter], describeAclsV3.DescribeAclsResponse>(
    admin,
    "DescribeAcls",
  );
  const waiting = await everyBroker(admin);
  const deadline = Date.now() + PROPAGATION_MS;
  for (;;) {
    for (const [id, connection] of waiting) {
      const answer = await describe.async(connection, filter);
      if (done(toEntries(answer.resources))) waiting.delete(id);
    }
    if (waiting.size === 0) return;
    if (Date.now() > deadline) {
      throw new UserError(
        `broker ${[...waiting.keys()].join(", ")} still decides by old access rules after ` +
          `${String(PROPAGATION_MS / 1000)} s. See whether it has lost its ZooKeeper or controller; ` +
          "restart it, then run this again: nothing is done twice.",
      );
    }
    await sleep(25);
  }
}

function filterOf(of: { principal?: string; resourceType?: AclEntry["resourceType"] }): AclFilter {
  return {
    resourceType: ResourceTypes[of.resourceType ?? "ANY"],
    resourceName: null,
    resourcePatternType: ResourcePatternTypes.ANY,
    principal: of.principal ?? null,
    host: null,
    operation: AclOperations.ANY,
    permissionType: AclPermissionTypes.ANY,
  };
}

function toAcl(entry: AclEntry): Acl {
  return {
    resourceType: ResourceTypes[entry.resourceType],
    resourceName: entry.resourceName,
    resourcePatternType: ResourcePatternTypes[entry.patternType],
    principal: entry.principal,
    host: entry.host,
    operation: AclOperations[entry.operation],
    permissionType: AclPermissionTypes[entry.permission],
  };
}

function toEntries(resources: describeAclsV3.DescribeAclsResponse["resources"]): AclEntry[] {
  return resources
    .flatMap((resource) =>
      resource.acls.map((acl) => ({
        resourceType: labelOf(ResourceTypes, resource.resourceType),
        resourceName: resource.resourceName,
        patternType: labelOf(ResourcePatternTypes, resource.resourcePatternType),
        principal: acl.principal,
        host: acl.host,
        operation: labelOf(AclOperations, acl.operation),
        permission: labelOf(AclPermissionTypes, acl.permissionType),
      })),
    )
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function labelOf<T extends Record<string, number>>(names: T, value: number): keyof T & string {
  return Object.keys(names).find((label) => names[label] === value) ?? "UNKNOWN";
}

function keyOf(entry: AclEntry): string {
  return JSON.stringify([
    entry.principal,
    entry.resourceType,
    entry.patternType,
    entry.resourceName,
    entry.operation,
    entry.permission,
    entry.host,
  ]);
}
