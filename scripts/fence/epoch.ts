import { UserError } from "../command.ts";
import { requireParts, type Connection } from "../connection.ts";
import { asJson, readRecord, withControl, type ControlStore } from "./control.ts";
import { fenceRecord, keys, type FenceRecord } from "./records.ts";

/** The highest fence of a line: who may write and consume; undefined before the first claim. */
export async function currentFence(
  store: ControlStore,
  line: string,
): Promise<FenceRecord | undefined> {
  const epochs = (await store.names(keys.fences(line)))
    .map((name) => /^(\d+)\.json$/.exec(name)?.[1])
    .filter((epoch) => epoch !== undefined)
    .map(Number);
  if (epochs.length === 0) return undefined;
  return readFence(store, line, Math.max(...epochs));
}

/** One epoch's fence, or undefined when nobody has taken it. */
export async function readFence(
  store: ControlStore,
  line: string,
  epoch: number,
): Promise<FenceRecord | undefined> {
  const key = keys.fence(line, epoch);
  const record = await readRecord(store, key, fenceRecord);
  if (record !== undefined && record.epoch !== epoch) {
    throw new UserError(
      `the fence record ${key} in ${store.where} says epoch ${record.epoch}: it was copied or altered ` +
        "by hand. Restore the object's first version.",
    );
  }
  return record;
}

/** What a stack brings to a fence; time and predecessor are added. */
export type FenceRequest = Omit<FenceRecord, "time" | "previousOwner">;

export interface FenceOutcome {
  readonly record: FenceRecord;
  /** False when an earlier run of the same recovery had made it. */
  readonly created: boolean;
}

/**
 * Takes an epoch: the create-only record decides every race. The same owner and recovery get their
 * own record back, so that a step that was killed goes on.
 * @throws UserError for the loser of a race (who won, what to do), and when the epoch is not the next.
 */
export async function createFence(
  store: ControlStore,
  line: string,
  request: FenceRequest,
  now: () => Date = () => new Date(),
): Promise<FenceOutcome> {
  const highest = await currentFence(store, line);
  if (highest !== undefined && isOwn(highest, request)) return { record: highest, created: false };
  const next = (highest?.epoch ?? 0) + 1;
  if (request.epoch !== next) {
    if (highest !== undefined && highest.epoch >= request.epoch)
      throw lost(highest, request, store);
    throw new UserError(
      `epoch ${request.epoch} of line "${line}" cannot be taken: the next one is ${next} ` +
        `(${store.where}). Epochs have no gaps. Run the recovery's gate again: it says the epoch.`,
    );
  }
  const record: FenceRecord = {
    ...request,
    time: now().toISOString(),
    ...(highest === undefined ? {} : { previousOwner: highest.owner }),
  };
  if (await store.create(keys.fence(line, next), asJson(record))) return { record, created: true };
  const winner = await readFence(store, line, next);
  if (winner === undefined) {
    throw new UserError(
      `epoch ${next} of line "${line}" could not be taken: the record is there and cannot be read ` +
        `(${store.where}). The control bucket's login needs to read what it writes.`,
    );
  }
  if (isOwn(winner, request)) return { record: winner, created: false };
  throw lost(winner, request, store);
}

/**
 * Refuses unless the connection's stack holds the line's highest epoch: every step that arms a
 * consumer or a vault writer asks first.
 * @throws UserError by name: who holds it, since when, what to do.
 */
export async function assertEpoch(connection: Connection): Promise<FenceRecord> {
  const { control, line } = requireParts(connection, ["control"]);
  return withControl(control, async (store) => {
    const highest = await currentFence(store, line);
    if (highest === undefined) {
      throw new UserError(
        `nobody holds line "${line}" yet (${store.where} has no fence record), so stack ` +
          `"${connection.stack}" may not start anything that consumes or writes to the vault. Run ` +
          "`claim` first (`pulumi up` of the primary does), or correct the control bucket in this " +
          "stack's config.",
      );
    }
    if (highest.owner !== connection.owner) throw heldByOther(highest, connection, store.where);
    if (highest.epoch > connection.epoch) {
      throw new UserError(
        `stack "${connection.stack}" works with epoch ${connection.epoch} of line "${line}", and has ` +
          `itself gone on to epoch ${highest.epoch} ${since(highest)}. This is a leftover of the time ` +
          "before: stop it; run `pulumi up` on the stack to use the current epoch.",
      );
    }
    if (highest.epoch < connection.epoch) {
      throw new UserError(
        `stack "${connection.stack}" wants to work with epoch ${connection.epoch} of line "${line}", ` +
          `which it has not taken yet (it holds ${highest.epoch}). Run the step \`fence\` first.`,
      );
    }
    return highest;
  });
}

/** For messages: who holds an epoch. */
export function holder(fence: FenceRecord): string {
  return `stack "${fence.stack}" (${fence.role} in ${fence.region}, owner ${fence.owner})`;
}

/** For messages: since when and why. */
export function since(fence: FenceRecord): string {
  return `since ${fence.time} (${fence.kind} fence of recovery "${fence.recoveryId}": ${fence.reason})`;
}

const afterTakeover =
  "Keep this stack down: the work goes on at that one. Do not destroy it while that one works, since the " +
  "vault is this stack's.";

/** A destroyed stack keeps its vault and loses its name: the next one of that name is another. */
const afterDestroy =
  "It is a stack of the same name: either this one before it was destroyed, then bring its data back " +
  "with the standby, or begin with nothing after `npm run purge -- --yes`; or one in another state " +
  "backend, then work with that one.";

/** Another stack holds the line: whoever learns it of its own side has to stop that. */
export class FencedError extends UserError {}

export function heldByOther(
  fence: FenceRecord,
  me: Pick<Connection, "stack" | "owner" | "line">,
  where: string,
): FencedError {
  return new FencedError(
    `stack "${me.stack}" (owner ${me.owner}) is fenced: epoch ${fence.epoch} of line "${me.line}" is ` +
      `held by ${holder(fence)} ${since(fence)}, says ${where}. Two sides must never consume or ` +
      `write at once, so nothing was changed. ${fence.stack === me.stack ? afterDestroy : afterTakeover}`,
  );
}

function isOwn(fence: FenceRecord, request: FenceRequest): boolean {
  return (
    fence.epoch === request.epoch &&
    fence.owner === request.owner &&
    fence.recoveryId === request.recoveryId
  );
}

function lost(winner: FenceRecord, request: FenceRequest, store: ControlStore): UserError {
  return new UserError(
    `recovery "${request.recoveryId}" of stack "${request.stack}" (owner ${request.owner}) did not get ` +
      `epoch ${request.epoch}: epoch ${winner.epoch} is held by ${holder(winner)} ${since(winner)}, says ` +
      `${store.where}. Exactly one recovery may go on; this one has revoked nothing and started ` +
      "nothing. Destroy this stack (`pulumi destroy`; the vault stays). To replace the other one once it is " +
      "done, `pulumi up` this stack anew after that: it is then a recovery of its own.",
  );
}
