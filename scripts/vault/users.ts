import { UserError } from "../command.ts";
import type { ControlBucket, VaultSide } from "../connection.ts";
import { withControl } from "../fence/control.ts";
import { currentFence } from "../fence/epoch.ts";
import { readPolicy, writePolicy } from "./buckets.ts";
import { bucketPolicy, revokedIn } from "./bucket-policy.ts";
import { GatewayUsers } from "./gateway.ts";
import { belongsToEpoch, parseUserName, standingOf, type BucketPurpose } from "./policies.ts";
import { ObjectStore } from "./s3.ts";
import { endpointOf } from "../s3-access.ts";

/** The buckets of one S3 server by purpose; `control` exists in the standby's region only. */
export type VaultBuckets = Partial<Record<BucketPurpose, string>>;

/** The buckets that a connection names at the vault's own server. */
export function bucketsOf(vault: VaultSide, control: ControlBucket | undefined): VaultBuckets {
  return {
    backups: vault.backups,
    archive: vault.archive,
    ...(control !== undefined && endpointOf(control) === endpointOf(vault)
      ? { control: control.bucket }
      : {}),
  };
}

/** How often policies are written again because logins or fences changed meanwhile. */
const attempts = 5;

/**
 * Writes every bucket's policy from the logins that the server has and the fences of their lines (see
 * {@link standingOf}). Logins of other stacks and everything that was ever revoked stay as they are;
 * two callers at once, and a fence that is taken meanwhile, end with the same policies.
 *
 * @param control where the fences are; undefined: only what was revoked before is
 * @returns the names that are revoked
 */
export async function applyPolicies(
  store: ObjectStore,
  buckets: VaultBuckets,
  control: ControlBucket | undefined,
  revoke: (name: string) => boolean = () => false,
): Promise<string[]> {
  const users = new GatewayUsers(store.access);
  for (let attempt = 1; ; attempt++) {
    const before = await vaultUsers(users);
    const standing = await standings(control, before);
    const revoked = revokedNames(
      before,
      await allRevoked(store, buckets),
      (name) => revoke(name) || standing.get(name) === "revoked",
    );
    const waiting = before.filter((name) => standing.get(name) === "waits");
    for (const [purpose, bucket] of Object.entries(buckets) as [BucketPurpose, string][]) {
      const policy = bucketPolicy(purpose, bucket, before, revoked, waiting);
      if (policy !== undefined) await writePolicy(store, bucket, policy);
    }
    // A fence is taken before it revokes: whoever writes policies meanwhile sees it now at the latest.
    const after = await vaultUsers(users);
    const stood = await standings(control, after);
    const stored = await allRevoked(store, buckets);
    const settled =
      after.join() === before.join() &&
      after.every((name) => stood.get(name) === standing.get(name)) &&
      revoked.every((name) => stored.includes(name));
    if (settled) return revoked;
    if (attempt === attempts) {
      throw new UserError(
        `the logins of the S3 server at ${endpointOf(store.access)} change while their policies are written: ` +
          "another stack sets up the same vault at this moment. Run it again when that is done.",
      );
    }
  }
}

/** What each login may do by the fences; empty when there is nobody to ask. */
async function standings(
  control: ControlBucket | undefined,
  names: readonly string[],
): Promise<Map<string, ReturnType<typeof standingOf>>> {
  if (control === undefined) return new Map();
  const users = names.flatMap((name) => {
    const user = parseUserName(name);
    return user?.kind === "writer" ? [{ name, user }] : [];
  });
  const lines = [...new Set(users.map(({ user }) => user.line))];
  const holders = await withControl(
    control,
    async (fences) =>
      new Map(
        await Promise.all(
          lines.map(async (line) => [line, await currentFence(fences, line)] as const),
        ),
      ),
  );
  return new Map(users.map(({ name, user }) => [name, standingOf(user, holders.get(user.line))]));
}

/**
 * Takes the vault away from every writer of an epoch, for good: their requests are refused from the
 * next one on, whoever sets up the vault later. Other epochs are untouched. Idempotent.
 * @param access the server's root login, with the buckets' names
 * @returns the logins that are refused now; empty when this server never had one of that epoch
 */
export async function revokeEpoch(
  access: VaultSide,
  control: ControlBucket | undefined,
  line: string,
  epoch: number,
): Promise<{ revoked: string[] }> {
  const store = new ObjectStore(access);
  try {
    const all = await applyPolicies(store, bucketsOf(access, control), control, (name) =>
      belongsToEpoch(name, line, epoch),
    );
    return { revoked: all.filter((name) => belongsToEpoch(name, line, epoch)) };
  } finally {
    store.close();
  }
}

async function vaultUsers(users: GatewayUsers): Promise<string[]> {
  return (await users.list()).filter((name) => parseUserName(name) !== undefined);
}

async function allRevoked(store: ObjectStore, buckets: VaultBuckets): Promise<string[]> {
  const names = new Set<string>();
  for (const bucket of Object.values(buckets)) {
    for (const name of revokedIn(await readPolicy(store, bucket))) names.add(name);
  }
  return [...names];
}

/** A login made for an epoch after that epoch's fence is revoked like its siblings. */
function revokedNames(
  names: readonly string[],
  former: readonly string[],
  revoke: (name: string) => boolean,
): string[] {
  // Of one stack: of two that were to take an epoch one has it.
  const ofStack = (name: string): string | undefined => {
    const user = parseUserName(name);
    return user?.kind === "writer"
      ? JSON.stringify([user.line, user.epoch, user.owner])
      : undefined;
  };
  const stacks = new Set(former.flatMap((name) => ofStack(name) ?? []));
  return names.filter(
    (name) => former.includes(name) || revoke(name) || stacks.has(ofStack(name) ?? ""),
  );
}
