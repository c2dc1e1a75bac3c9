import { UserError, type Reporter } from "../command.ts";
import type { ControlStore } from "./control.ts";
import { holder } from "./epoch.ts";
import { readLease, type Clock } from "./lease.ts";
import type { FenceRecord, Produced } from "./records.ts";

/** Offsets of one partition that are in no source of this recovery. */
export interface LackingPartition {
  readonly partition: number;
  readonly offsets: number;
  readonly first: number;
}

/** Of what a living side has acknowledged: what the chosen backup and the archive's copy in this region lack. */
export type Lacking = (
  clusterId: string,
  produced: Produced,
) => Promise<readonly LackingPartition[]>;

export interface HandoverOptions {
  /** Take over without what has not arrived, and why. */
  readonly acceptedLoss?: string;
  /** @default 1800 */
  readonly waitSeconds?: number;
}

const defaultWaitSeconds = 1800;
const betweenLooks = 5000;

/**
 * A side that is alive has events that nobody else has, until they are archived and copied. Whoever takes over from it on
 * purpose waits here, before the point of no return, until everything that its producers were told is safe has arrived.
 *
 * @throws UserError when it has not in time: producers go on, or the archive or its copy does not
 */
export async function waitForHandover(
  store: ControlStore,
  held: FenceRecord,
  me: { readonly line: string; readonly stack: string },
  lacking: Lacking,
  { acceptedLoss, waitSeconds = defaultWaitSeconds }: HandoverOptions,
  clock: Clock,
  reporter: Reporter,
): Promise<void> {
  if (acceptedLoss !== undefined) {
    reporter.warn(`what has not arrived from ${holder(held)} is left behind: ${acceptedLoss}`);
    return;
  }
  const asked = async () => readLease(store, me.line, held.epoch);
  const before = (await asked())?.produced?.at;
  const until = clock.monotonic() + waitSeconds * 1000;
  let missing: readonly LackingPartition[] | undefined;
  for (;;) {
    const lease = await asked();
    // Asked for behind this step's beginning: what was sent until then is in it.
    if (lease?.produced !== undefined && lease.produced.at !== before) {
      missing = await lacking(lease.clusterId, lease.produced);
      if (missing.length === 0) {
        reporter.progress(`all that ${holder(held)} has acknowledged has arrived here`);
        return;
      }
    }
    if (clock.monotonic() >= until) throw notArrived(held, me.stack, missing, waitSeconds);
    reporter.progress(
      missing === undefined
        ? `waiting until ${holder(held)} says how far its producers have written`
        : `waiting for ${said(missing)} of ${holder(held)}`,
    );
    await clock.sleep(betweenLooks);
  }
}

/** How many offsets stayed on the other side; null: it never said how far it was written. */
export async function leftBehind(
  store: ControlStore,
  line: string,
  epoch: number,
  lacking: Lacking,
): Promise<number | null> {
  const lease = await readLease(store, line, epoch);
  if (lease?.produced === undefined) return null;
  return total(await lacking(lease.clusterId, lease.produced));
}

const total = (missing: readonly LackingPartition[]): number =>
  missing.reduce((sum, { offsets }) => sum + offsets, 0);

function said(missing: readonly LackingPartition[]): string {
  const [first] = missing;
  return (
    `${total(missing)} offsets in ${missing.length} partitions` +
    (first === undefined ? "" : `, the first is ${first.first} of partition ${first.partition},`)
  );
}

function notArrived(
  held: FenceRecord,
  stack: string,
  missing: readonly LackingPartition[] | undefined,
  waitSeconds: number,
): UserError {
  const what =
    missing === undefined
      ? `has not said within ${waitSeconds} s how far its producers have written (a keeper of an earlier version does not: ` +
        `\`pulumi up --stack ${held.stack}\`)`
      : `has acknowledged ${said(missing)} that after ${waitSeconds} s are neither in the backup that was restored nor in the ` +
        "archive in this region (or are marks of transactions behind that backup)";
  return new UserError(
    `${holder(held)} is alive and ${what}: taking over now would lose them. The epoch was not taken, nothing was revoked. Stop ` +
      `its producers, see that its archive and the copy of it go on, then run this again: it goes on from here. To leave them ` +
      `behind: \`pulumi config set --stack ${stack} recover:acceptedLoss "why"\`.`,
  );
}
