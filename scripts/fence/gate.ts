import { z } from "zod";
import { UserError } from "../command.ts";
import type { Connection } from "../connection.ts";
import { asJson, readRecord, type ControlStore } from "./control.ts";
import { currentFence, holder, since } from "./epoch.ts";
import { leaseAgeSeconds, readLease, watchLease, type Clock } from "./lease.ts";
import { atRisk, readAtRisk } from "../status/announcements.ts";
import { keys, type FenceRecord, type LeaseRecord } from "./records.ts";

/** The line of the primary's epochs. */
const mainLine = "main";

const gateRecord = z.object({
  recoveryId: z.string(),
  owner: z.string(),
  nextEpoch: z.int().positive(),
  leaseAgeSeconds: z.number().optional(),
  takeover: z.boolean(),
  previous: z
    .object({
      epoch: z.int().positive(),
      owner: z.string(),
      stack: z.string(),
      region: z.string(),
      clusterId: z.string().optional(),
      leaseRenewedAt: z.string().optional(),
    })
    .optional(),
  /** Renewal (its sequence) at which the lease was watched until it was over; absent: it was not. */
  expiredAt: z.int().nonnegative().optional(),
  /** What was not safe in this region yet when the holder was last heard of. */
  atRisk: atRisk.optional(),
  note: z.string(),
});
/** What the standby learns before anything is touched. */
export type GateResult = z.infer<typeof gateRecord>;

export interface GateOptions {
  readonly recoveryId: string;
  /** A deliberate takeover of a side that may be alive. */
  readonly takeoverReason?: string;
  /** @default 5 */
  readonly marginSeconds?: number;
  /** Writes nothing: a guard in a preview. @default false */
  readonly observe?: boolean;
}

/** A rehearsal gives its stack other folders: those of a stack that has taken over are production. */
async function refuseRehearsalOfOneself(store: ControlStore, me: Connection): Promise<void> {
  if (me.line === mainLine) return;
  const main = await currentFence(store, mainLine);
  if (main?.owner !== me.owner) return;
  throw new UserError(
    `this stack ("${me.stack}") holds epoch ${main.epoch} of line "${mainLine}" ${since(main)}: its engines ` +
      "are production, and a drill would replace them by empty ones. Nothing was changed. Set recover:mode " +
      "back to failover; to rehearse, use a stack of its own.",
  );
}

/**
 * Decides whether a recovery may begin, and which epoch it will take. The epoch is written down under
 * the recovery's id: a later run of the same recovery gets the same one.
 * @throws UserError while the holder's lease is alive, or when another recovery holds the epoch.
 */
export async function gate(
  store: ControlStore,
  me: Connection,
  clock: Clock,
  options: GateOptions,
  progress: (message: string) => void = () => undefined,
): Promise<GateResult> {
  const { line } = me;
  await refuseRehearsalOfOneself(store, me);
  const key = keys.step(line, options.recoveryId, "gate");
  const earlier = await readRecord(store, key, gateRecord);
  const highest = await currentFence(store, line);
  if (highest?.recoveryId === options.recoveryId && highest.owner === me.owner) {
    return earlier ?? fromOwnFence(highest, options);
  }
  if (earlier !== undefined && highest !== undefined && highest.epoch >= earlier.nextEpoch) {
    throw new UserError(
      `recovery "${options.recoveryId}" was to take epoch ${earlier.nextEpoch} of line "${line}", but ` +
        `${holder(highest)} holds epoch ${highest.epoch} ${since(highest)}, says ${store.where}. ` +
        "Exactly one recovery may go on. Destroy this stack (`pulumi destroy`; the vault stays); to replace the " +
        "other one, `pulumi up` this stack anew after that: it is then a recovery of its own.",
    );
  }
  const decided = await decide(store, me, clock, options, highest, progress);
  const result = {
    ...decided,
    atRisk: await readAtRisk(store, line, decided.previous?.leaseRenewedAt),
  };
  if (options.observe !== true && earlier === undefined) await store.write(key, asJson(result));
  return earlier ?? result;
}

async function decide(
  store: ControlStore,
  me: Connection,
  clock: Clock,
  options: GateOptions,
  highest: FenceRecord | undefined,
  progress: (message: string) => void,
): Promise<GateResult> {
  const takeover = (options.takeoverReason ?? "").trim() !== "";
  const common = { recoveryId: options.recoveryId, owner: me.owner, takeover };
  if (highest === undefined) {
    return { ...common, nextEpoch: 1, note: `line "${me.line}" was never held: nobody to fence` };
  }
  const nextEpoch = highest.epoch + 1;
  const own = highest.owner === me.owner;
  if (own) {
    const lease = await readLease(store, me.line, highest.epoch);
    return {
      ...common,
      nextEpoch,
      ...(lease === undefined
        ? {}
        : { leaseAgeSeconds: rounded(leaseAgeSeconds(lease, clock.now())) }),
      previous: describe(highest, lease),
      note: `this stack holds epoch ${highest.epoch} itself: a recovery in place`,
    };
  }
  const watched = await watchLease(store, me.line, highest.epoch, clock, {
    ...(options.marginSeconds === undefined ? {} : { marginSeconds: options.marginSeconds }),
    onWait: (age) => {
      progress(
        `the lease of epoch ${highest.epoch} was renewed ${age.toFixed(0)} s ago: watching it`,
      );
    },
  });
  const previous = describe(highest, watched?.lease);
  if (watched === undefined) {
    // A recovery that has taken the epoch and not started its lease keeper yet is at work.
    if (highest.kind !== "first" && !takeover) {
      throw new UserError(
        `epoch ${highest.epoch} of line "${me.line}" is held by ${holder(highest)} ${since(highest)}, ` +
          "which has not given a sign of life yet: that recovery is still at work, or has stopped " +
          `half-way. Finish it with \`pulumi up --stack ${highest.stack}\`, or take over with a ` +
          `reason (\`pulumi config set --stack ${me.stack} recover:takeoverReason "…"\`).`,
      );
    }
    return {
      ...common,
      nextEpoch,
      previous,
      note: `epoch ${highest.epoch} has no lease at all (${store.where}): its keeper never ran`,
    };
  }
  if (watched.verdict === "alive" && !takeover) {
    throw new UserError(
      `the primary is alive: stack "${highest.stack}" in ${highest.region} renewed the lease of epoch ` +
        `${highest.epoch} ${Math.max(0, watched.ageSeconds).toFixed(1)} s ago (${watched.because}). ` +
        `Nothing was touched. To rehearse beside it: \`pulumi config set --stack ${me.stack} recover:mode drill\` (an epoch ` +
        "line of its own, fully apart, the primary keeps consuming). To take over from it on purpose: " +
        `\`pulumi config set --stack ${me.stack} recover:takeoverReason "why"\`.`,
    );
  }
  return {
    ...common,
    nextEpoch,
    leaseAgeSeconds: rounded(watched.ageSeconds),
    previous,
    ...(watched.verdict === "expired" ? { expiredAt: watched.lease.sequence } : {}),
    note:
      watched.verdict === "expired"
        ? `the lease of epoch ${highest.epoch} was ${watched.because}`
        : `taken over while the lease of epoch ${highest.epoch} is alive: ${options.takeoverReason ?? ""}`,
  };
}

/**
 * Seconds since the last renewal of a lease that this recovery's gate has watched until it was over,
 * and that was not renewed since: it need not be watched again. Undefined otherwise.
 */
export async function expiredSinceGate(
  store: ControlStore,
  me: Pick<Connection, "line" | "owner">,
  recoveryId: string,
  epoch: number,
  now: number,
): Promise<number | undefined> {
  const gate = await readRecord(store, keys.step(me.line, recoveryId, "gate"), gateRecord);
  if (gate?.owner !== me.owner || gate.previous?.epoch !== epoch) return undefined;
  const lease = await readLease(store, me.line, epoch);
  if (lease === undefined || lease.sequence !== gate.expiredAt) return undefined;
  return lease.renewedAt === gate.previous.leaseRenewedAt ? leaseAgeSeconds(lease, now) : undefined;
}

function rounded(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}

function describe(fence: FenceRecord, lease?: LeaseRecord): NonNullable<GateResult["previous"]> {
  return {
    epoch: fence.epoch,
    owner: fence.owner,
    stack: fence.stack,
    region: fence.region,
    ...(lease === undefined ? {} : { clusterId: lease.clusterId, leaseRenewedAt: lease.renewedAt }),
  };
}

function fromOwnFence(fence: FenceRecord, options: GateOptions): GateResult {
  return {
    recoveryId: options.recoveryId,
    owner: fence.owner,
    nextEpoch: fence.epoch,
    takeover: (options.takeoverReason ?? "").trim() !== "",
    note: `this recovery holds epoch ${fence.epoch} since ${fence.time}`,
  };
}
