import { z } from "zod";
import { UserError, type Reporter } from "../command.ts";
import type { Connection, ConsumerLogin } from "../connection.ts";
import { asJson, readRecord, type ControlStore } from "./control.ts";
import { createFence, currentFence, holder, since } from "./epoch.ts";
import { fenceBroker, type BrokerActions } from "./broker.ts";
import { expiredSinceGate } from "./gate.ts";
import { leftBehind, waitForHandover, type HandoverOptions, type Lacking } from "./handover.ts";
import { defaultClockMarginSeconds, readLease, watchLease, type Clock } from "./lease.ts";
import { fenceKinds, keys, type FenceRecord } from "./records.ts";

export const fenceResult = z.object({
  epoch: z.int().positive(),
  kind: z.enum(fenceKinds),
  recoveryId: z.string(),
  /** Whether a credential that could consume before is refused now, tried with that very credential. */
  oldPrincipalRefused: z.union([z.boolean(), z.literal("not-applicable")]),
  /** The broker's own words; null when no broker was asked. */
  error: z.string().nullable(),
  groupEmptyAfterSeconds: z.number().nullable(),
  leaseAgeSeconds: z.number().nullable(),
  /** Epochs whose logins to the vault were taken away by this step. */
  revokedVaultEpochs: z.array(z.int()),
  /**
   * Offsets that a side which was alive has acknowledged and that are not here; null when that is not known, as of a
   * region that is lost.
   */
  leftBehind: z.int().nonnegative().nullable().default(null),
  /** Several lines for people. */
  notes: z.array(z.string()),
});
export type FenceResult = z.infer<typeof fenceResult>;

export interface FenceOptions extends HandoverOptions {
  readonly recoveryId: string;
  readonly kind: "auto" | "broker" | "lease";
  readonly reason: string;
  readonly takeoverReason?: string;
  /** Cluster that the epoch before consumed, when known: only that one can be fenced by its broker. */
  readonly previousClusterId?: string;
  /** @default 5 */
  readonly marginSeconds?: number;
  /** Negative control of the drills: takes the epoch and leaves the old consumer alone. @default false */
  readonly skipBroker?: boolean;
}

export interface FenceActions {
  readonly broker: BrokerActions | undefined;
  /** Takes the vault logins of an epoch away, at this side; true when it had any. */
  revokeVaultWriters(epoch: number): Promise<boolean>;
  /** Undefined: the connection has no vault. */
  readonly lacking: Lacking | undefined;
}

/**
 * Takes the epoch, then makes sure that nobody of an earlier epoch consumes or writes: the
 * create-only record decides every race *before* anything is revoked. Killed anywhere, the next run
 * with the same recovery id goes on.
 * @throws UserError when another side is alive or won, and when the old credential still works.
 */
export async function fence(
  store: ControlStore,
  me: Connection,
  options: FenceOptions,
  actions: FenceActions,
  clock: Clock,
  reporter: Reporter,
): Promise<FenceResult> {
  const stepKey = keys.step(me.line, options.recoveryId, "fence");
  const done = await readRecord(store, stepKey, fenceResult);
  const highest = await currentFence(store, me.line);
  if (done !== undefined && highest?.owner === me.owner && highest.epoch === done.epoch) {
    reporter.progress(`epoch ${done.epoch} was fenced by an earlier run of this recovery`);
    return done;
  }
  const own = highest?.recoveryId === options.recoveryId && highest.owner === me.owner;
  const previous = own ? highest.epoch - 1 : (highest?.epoch ?? 0);
  const kind = own ? highest.kind : await chooseKind(store, me, options, actions, highest);
  if (!own) await refuseWhileAlive(store, me, options, kind, highest, actions, clock, reporter);

  const { record } = await createFence(
    store,
    me.line,
    {
      epoch: me.epoch,
      owner: me.owner,
      stack: me.stack,
      role: me.role,
      region: me.region,
      recoveryId: options.recoveryId,
      kind,
      reason: options.reason,
    },
    () => new Date(clock.now()),
  );
  reporter.progress(
    record.kind === "drill"
      ? `a drill: epoch ${record.epoch} of line "${me.line}", its own; nobody is fenced`
      : `point of no return: epoch ${record.epoch} of line "${me.line}" belongs to stack "${me.stack}" ` +
          `from now on; epoch ${previous} will not consume or write again`,
  );
  const result = await enforce(store, me, record, options, actions, clock, reporter);
  await store.write(stepKey, asJson(result));
  return result;
}

async function chooseKind(
  store: ControlStore,
  me: Connection,
  options: FenceOptions,
  actions: FenceActions,
  highest: FenceRecord | undefined,
): Promise<FenceRecord["kind"]> {
  if (highest === undefined) return me.line === "main" ? "first" : "drill";
  if (options.kind === "lease") return "lease";
  // Nobody of an earlier epoch has a login at this cluster: it is not the one they consumed from.
  if (options.kind === "auto" && formerLogins(me).length === 0) return "lease";
  const consumed =
    options.previousClusterId ?? (await readLease(store, me.line, highest.epoch))?.clusterId;
  const sameCluster = consumed === undefined || consumed === me.kafka?.clusterId;
  const answers = sameCluster && (await (actions.broker?.answers() ?? Promise.resolve(false)));
  if (answers) return "broker";
  if (options.kind === "auto") return "lease";
  throw new UserError(
    "a fence by the broker was asked for, but the Kafka cluster of the epoch before " +
      `(${consumed ?? me.kafka?.clusterId ?? "unknown"}) does not answer here. Bring it up, or use ` +
      "`--kind auto`: without its Kafka the old side is fenced by its lease.",
  );
}

async function refuseWhileAlive(
  store: ControlStore,
  me: Connection,
  options: FenceOptions,
  kind: FenceRecord["kind"],
  highest: FenceRecord | undefined,
  { lacking }: FenceActions,
  clock: Clock,
  reporter: Reporter,
): Promise<void> {
  if (highest === undefined || highest.owner === me.owner) return;
  const { recoveryId } = options;
  const dead = await expiredSinceGate(store, me, recoveryId, highest.epoch, clock.now());
  if (dead !== undefined) return;
  const watched = await watchLease(store, me.line, highest.epoch, clock, {
    marginSeconds: options.marginSeconds ?? defaultClockMarginSeconds,
    onWait: (age) => {
      reporter.progress(`the old lease was renewed ${age.toFixed(0)} s ago: waiting for its end`);
    },
  });
  if (watched?.verdict !== "alive") return;
  if (isTakeover(options)) {
    // Its own Kafka has the rest.
    if (kind === "broker") return;
    if (lacking === undefined) {
      throw new UserError(
        `what ${holder(highest)} has acknowledged cannot be looked for: the connection has no vault. Nothing was changed. ` +
          "Run the step with the connection of its stack.",
      );
    }
    await waitForHandover(store, highest, me, lacking, options, clock, reporter);
    return;
  }
  throw new UserError(
    `epoch ${highest.epoch} of line "${me.line}" came back to life: ${holder(highest)} ` +
      `${since(highest)} renewed its lease (${watched.because}). Nothing was revoked, the epoch was ` +
      "not taken. Stop that side, or take over from it on purpose (`pulumi config set --stack " +
      `${me.stack} recover:takeoverReason "why"\`).`,
  );
}

function isTakeover({ takeoverReason = "" }: FenceOptions): boolean {
  return takeoverReason.trim() !== "";
}

async function enforce(
  store: ControlStore,
  me: Connection,
  record: FenceRecord,
  options: FenceOptions,
  actions: FenceActions,
  clock: Clock,
  reporter: Reporter,
): Promise<FenceResult> {
  const result: FenceResult = {
    epoch: record.epoch,
    kind: record.kind,
    recoveryId: record.recoveryId,
    oldPrincipalRefused: "not-applicable",
    error: null,
    groupEmptyAfterSeconds: null,
    leaseAgeSeconds: null,
    revokedVaultEpochs: [],
    leftBehind: null,
    notes: [],
  };
  if (record.kind === "broker") {
    if (actions.broker === undefined) {
      throw new UserError(
        `epoch ${record.epoch} was taken with a fence by the broker, and the connection of this run has ` +
          "no Kafka in it: run the step with the same connection as before.",
      );
    }
    if (options.skipBroker === true) {
      reporter.warn("the old consumer is left alone on purpose (negative control)");
      result.oldPrincipalRefused = false;
      result.notes.push("fence skipped on purpose: a negative control");
    } else {
      Object.assign(result, await fenceBroker(actions.broker, formerLogins(me), clock, reporter));
    }
  }
  if (record.kind === "lease") {
    result.leaseAgeSeconds = await waitForEnd(store, me, record, options, clock, reporter);
    const { lacking } = actions;
    if (isTakeover(options) && lacking !== undefined) {
      result.leftBehind = await leftBehind(store, me.line, record.epoch - 1, lacking);
    }
    if (result.leftBehind !== null && result.leftBehind > 0) {
      reporter.warn(
        `${result.leftBehind} events that the side of epoch ${record.epoch - 1} acknowledged are not here: its Kafka alone ` +
          "has them. Keep it until they were sent again.",
      );
    }
  }
  for (let epoch = 1; epoch < record.epoch; epoch++) {
    if (await actions.revokeVaultWriters(epoch)) result.revokedVaultEpochs.push(epoch);
  }
  return result;
}

/** Former logins that the fence concerns: every epoch below the one that is taken. */
function formerLogins(me: Connection): readonly ConsumerLogin[] {
  return (me.kafka?.formerConsumers ?? []).filter((login) => login.epoch < me.epoch);
}

/** With the record written, the old keeper stops itself within T: seen from here, until it is sure. */
async function waitForEnd(
  store: ControlStore,
  me: Connection,
  record: FenceRecord,
  options: FenceOptions,
  clock: Clock,
  reporter: Reporter,
): Promise<number | null> {
  const previous = record.epoch - 1;
  const marginSeconds = options.marginSeconds ?? defaultClockMarginSeconds;
  // Over already before the record was there, and still: that keeper has stopped its side long since.
  const dead = await expiredSinceGate(store, me, record.recoveryId, previous, clock.now());
  if (dead !== undefined) return Math.round(dead * 10) / 10;
  // A keeper may have a renewal in flight that began before the record was there.
  for (let tries = 0; tries < 3; tries++) {
    const watched = await watchLease(store, me.line, previous, clock, {
      marginSeconds,
      onWait: (age) => {
        reporter.progress(`waiting for the end of the old lease (renewed ${age.toFixed(0)} s ago)`);
      },
    });
    if (watched === undefined) {
      reporter.warn(`epoch ${previous} never had a lease: nothing to wait for`);
      return null;
    }
    if (watched.verdict === "expired") return Math.round(watched.ageSeconds * 10) / 10;
    await clock.sleep(watched.lease.renewSeconds * 1000);
  }
  throw new UserError(
    `epoch ${record.epoch} is taken, but the keeper of epoch ${previous} goes on renewing its lease and ` +
      "does not heed the fence: it may still consume. Stop that side by hand, then run this recovery " +
      "again (it goes on from here).",
  );
}
