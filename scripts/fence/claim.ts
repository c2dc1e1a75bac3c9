import { UserError } from "../command.ts";
import type { Connection } from "../connection.ts";
import type { ControlStore } from "./control.ts";
import { createFence, currentFence, heldByOther } from "./epoch.ts";
import type { FenceRecord } from "./records.ts";

export interface ClaimResult {
  readonly epoch: number;
  readonly owner: string;
  /** True when this very call took the line's first epoch. */
  readonly created: boolean;
  /** ISO time since when the epoch is held. */
  readonly since: string;
}

/**
 * A line's first holder takes epoch 1; later calls of the same owner get the epoch they hold.
 * @throws UserError by name when another owner holds it.
 */
export async function claim(
  store: ControlStore,
  me: Connection,
  now: () => Date = () => new Date(),
): Promise<ClaimResult> {
  const held = await currentFence(store, me.line);
  if (held !== undefined) return accept(held, me, store, false);
  try {
    const { record, created } = await createFence(
      store,
      me.line,
      {
        epoch: 1,
        owner: me.owner,
        stack: me.stack,
        role: me.role,
        region: me.region,
        recoveryId: `first-${me.owner}`,
        kind: "first",
        reason: "first stack of its line",
      },
      now,
    );
    return accept(record, me, store, created);
  } catch (error) {
    // Lost against another first stack: say it as every later run will.
    const winner = error instanceof UserError ? await currentFence(store, me.line) : undefined;
    if (winner === undefined) throw error;
    return accept(winner, me, store, false);
  }
}

/** What `claim` would say, changing nothing: undefined while nobody holds the line. */
export async function checkClaim(
  store: ControlStore,
  me: Connection,
): Promise<ClaimResult | undefined> {
  const held = await currentFence(store, me.line);
  return held === undefined ? undefined : accept(held, me, store, false);
}

function accept(
  held: FenceRecord,
  me: Connection,
  store: ControlStore,
  created: boolean,
): ClaimResult {
  if (held.owner !== me.owner) throw heldByOther(held, me, store.where);
  return { epoch: held.epoch, owner: held.owner, created, since: held.time };
}
