import { epochPrefix } from "../archive/layout.ts";
import { keys } from "../fence/records.ts";

/** The vault's buckets by purpose. */
export type BucketPurpose = "backups" | "archive" | "control";

/** Their names on the platform `local`, where each region's server has its own. */
export const localBuckets = {
  backups: "recover-backups",
  archive: "recover-archive",
  control: "recover-control",
} as const satisfies Record<BucketPurpose, string>;

/**
 * Who writes on behalf of one epoch: each with a login of its own, so that a fence can take exactly
 * these away and a leaked key reaches one prefix.
 */
export const writerRoles = ["archiver", "backup", "wal", "lease"] as const;
export type WriterRole = (typeof writerRoles)[number];

/** What a login's name says: all that the vault knows about it. */
export type VaultUser =
  | {
      readonly kind: "writer";
      readonly role: WriterRole;
      readonly line: string;
      readonly epoch: number;
      /** First 8 hex digits of the stack's owner id. */
      readonly owner?: string;
    }
  /** Reads everything, writes the control records of its line. */
  | { readonly kind: "recovery"; readonly line: string }
  /** The replicator's login on the side it reads from, and on the side it writes to. */
  | { readonly kind: "replicator"; readonly side: "reader" | "writer" };

/** `delete` sets a delete marker at most: no login may delete a version. */
export type Verb = "read" | "list" | "write" | "delete";

/** One line of the policy table: a verb on every key that begins with the prefix. */
export interface Grant {
  readonly bucket: BucketPurpose;
  readonly verb: Verb;
  /** Of keys; `*` stands for anything, a prefix without one means exactly this key or (ending in `/`) all below. */
  readonly keys: string;
}

const linePattern = "[a-z][a-z0-9-]*";
const ownerPattern = "(?:-([0-9a-f]{8}))?";
const writerPattern = new RegExp(
  `^(?:(${linePattern})-)?(${writerRoles.join("|")})-e([1-9][0-9]*)${ownerPattern}$`,
);
const recoveryPattern = new RegExp(`^(?:(${linePattern})-)?recovery${ownerPattern}$`);

/** Whose login it is. */
export interface LoginOf {
  /** @default "main" */
  readonly line?: string;
  /**
   * The stack's owner id (a UUID). Two stacks that recover at once each make logins, and only one
   * passes the fence: under one name the loser would change the winner's secrets.
   * @default none
   */
  readonly owner?: string;
}

/** `archiver-e7-1b4c09fe`; in a drill's line `drill-x-archiver-e7-1b4c09fe`. */
export function writerName(role: WriterRole, epoch: number, of: LoginOf = {}): string {
  return named(`${role}-e${epoch}`, of);
}

/** `recovery-1b4c09fe`; in a drill's line `drill-x-recovery-1b4c09fe`. */
export function recoveryName(of: LoginOf = {}): string {
  return named("recovery", of);
}

function named(login: string, { line = "main", owner }: LoginOf): string {
  const before = line === "main" ? "" : `${line}-`;
  return `${before}${login}${owner === undefined ? "" : `-${owner.slice(0, 8)}`}`;
}

/** What a login may do by its name; undefined for names that are not the vault's. */
export function parseUserName(name: string): VaultUser | undefined {
  if (name === "replicator-reader") return { kind: "replicator", side: "reader" };
  if (name === "replicator-writer") return { kind: "replicator", side: "writer" };
  const writer = writerPattern.exec(name);
  if (writer !== null) {
    const [, line = "main", role, epoch, owner] = writer;
    return {
      kind: "writer",
      role: role as WriterRole,
      line,
      epoch: Number(epoch),
      ...(owner === undefined ? {} : { owner }),
    };
  }
  const recovery = recoveryPattern.exec(name);
  if (recovery !== null) return { kind: "recovery", line: recovery[1] ?? "main" };
  return undefined;
}

/** The policy table: everything that a login may do. What is not here is refused. */
export function grantsOf(user: VaultUser): readonly Grant[] {
  switch (user.kind) {
    case "writer":
      return writerGrants[user.role](`${epochPrefix(user.epoch, user.line)}/`, user);
    case "recovery":
      return [
        ...verbs("backups", ["read", "list"], "*"),
        ...verbs("archive", ["read", "list"], "*"),
        ...verbs("control", ["read", "list"], "*"),
        ...verbs("control", ["write"], `${user.line}/`),
      ];
    case "replicator":
      return (["backups", "archive"] as const).flatMap((bucket) =>
        verbs(bucket, user.side === "reader" ? ["read", "list"] : ["read", "list", "write"], "*"),
      );
  }
}

const writerGrants: Record<
  WriterRole,
  (prefix: string, user: { readonly line: string; readonly epoch: number }) => readonly Grant[]
> = {
  archiver: (prefix, { line }) => [
    // It reads what is in the way of a conditional PUT.
    ...verbs("archive", ["read", "list", "write"], prefix),
    ...verbs("control", ["read", "list"], keys.fences(line)),
    ...verbs("control", ["write"], keys.announcement(line, "archiver")),
  ],
  backup: (prefix, { line }) => [
    // ClickHouse restores an earlier epoch's chain with the login of the epoch in force.
    ...verbs("backups", ["read"], "*"),
    // barman asks whether the bucket exists, and that question has no prefix: names only.
    ...verbs("backups", ["list"], "*"),
    ...verbs("backups", ["write"], `${prefix}clickhouse/`),
    ...verbs("backups", ["write"], `${prefix}ledgers/`),
    ...verbs("backups", ["write"], `${prefix}zookeeper/`),
    // Base backups, not WAL.
    ...verbs("backups", ["write"], `${prefix}postgres/*/base/*`),
    // ClickHouse holds a lock object while it writes one backup.
    ...verbs("backups", ["delete"], `${prefix}clickhouse/*.lock`),
    // The archive's high-water marks go into the ledger.
    ...verbs("archive", ["read", "list"], prefix),
    ...verbs("control", ["read", "list"], keys.fences(line)),
    // What it says about itself, and the lock against a second backup.
    ...verbs("control", ["read", "list"], `${line}/announcements/`),
    ...verbs("control", ["write"], keys.announcement(line, "backup")),
    ...verbs("control", ["write"], keys.announcement(line, "backup-lock")),
  ],
  wal: (prefix) => [
    ...verbs("backups", ["read", "write"], `${prefix}postgres/`),
    ...verbs("backups", ["list"], `${prefix}postgres/`),
  ],
  lease: (_prefix, { line, epoch }) => [
    ...verbs("control", ["write"], keys.lease(line, epoch)),
    ...verbs("control", ["read", "list"], `${line}/`),
  ],
};

function verbs(bucket: BucketPurpose, of: readonly Verb[], key: string): Grant[] {
  return of.map((verb) => ({ bucket, verb, keys: key }));
}

/**
 * Whether a login may write, by who holds its line: the epoch in force and its holder may. An epoch
 * that is yet to be taken may read; one that was passed, or taken by another stack, may nothing.
 *
 * @param holder of the login's line; undefined: nobody has claimed it yet, and its first epoch may
 */
export function standingOf(
  user: VaultUser,
  holder: { readonly epoch: number; readonly owner: string } | undefined,
): "may write" | "waits" | "revoked" {
  if (user.kind !== "writer" || holder === undefined) return "may write";
  if (user.epoch > holder.epoch) return "waits";
  const own = user.owner === undefined || holder.owner.startsWith(user.owner);
  return user.epoch === holder.epoch && own ? "may write" : "revoked";
}

/** True for logins that a fence takes away together with an epoch. */
export function belongsToEpoch(name: string, line: string, epoch: number): boolean {
  const user = parseUserName(name);
  return user?.kind === "writer" && user.line === line && user.epoch === epoch;
}
