import { UserError } from "../command.ts";
import type { Connection } from "../connection.ts";
import type { ControlStore } from "./control.ts";
import { currentFence, FencedError, heldByOther, holder } from "./epoch.ts";
import { keys } from "./records.ts";

export interface MoveResult {
  /** Highest epoch, which this stack holds. */
  readonly epoch: number;
  /** Records that this run copied. */
  readonly copied: number;
  /** Records that were there. */
  readonly present: number;
}

/**
 * Takes a line's records into another control bucket: a standby that took over gets a standby of its own, which may
 * read nothing of this region. Fences come first, the lowest foremost: whoever looks into a half-filled bucket finds
 * that the line is held. Nothing there is ever overwritten, so a run that was killed is repeated. Leases stay: the keeper
 * writes its own.
 *
 * @param observe only refuse (a guard in a preview); the bucket may not be there yet
 * @throws UserError when another stack holds the line, in either bucket, or a fence there is another one
 */
export async function moveControl(
  from: ControlStore,
  to: ControlStore,
  me: Pick<Connection, "line" | "owner" | "stack" | "epoch">,
  { observe = false }: { readonly observe?: boolean } = {},
): Promise<MoveResult> {
  const { line } = me;
  const held = await currentFence(from, line);
  if (held === undefined) {
    throw new UserError(
      `nobody holds line "${line}" (${from.where} has no fence record): there is nothing to protect in another ` +
        "region yet. Recover first (recover:mode failover), then reprotect.",
    );
  }
  if (held.owner !== me.owner && held.epoch < me.epoch) {
    throw new UserError(
      `stack "${me.stack}" has not taken over yet: epoch ${held.epoch} of line "${line}" is held by ${holder(held)}. ` +
        "Nothing was copied. Recover first (recover:mode failover), then reprotect.",
    );
  }
  if (held.owner !== me.owner) throw heldByOther(held, me, from.where);
  const there = await currentFence(to, line);
  if (there !== undefined && there.owner !== me.owner) throw heldByOther(there, me, to.where);
  if (there !== undefined && there.epoch > held.epoch) {
    throw new FencedError(
      `the control bucket ${to.where} knows epoch ${there.epoch} of line "${line}", and ${from.where} only ` +
        `${held.epoch}: they were exchanged. Write the newer one's vault as recover:vaultName.`,
    );
  }
  const result = { epoch: held.epoch, copied: 0, present: 0 };
  if (observe) return result;
  const fences = keys.fences(line);
  const all = await recordsOf(from, `${line}/`);
  const first = all.filter((key) => key.startsWith(fences)).sort(byNumber);
  const leases = keys.leases(line);
  const rest = all.filter((key) => !key.startsWith(fences) && !key.startsWith(leases));
  for (const key of [...first, ...rest]) {
    const text = await from.read(key);
    if (text === undefined) continue;
    if (await to.create(key, text)) {
      result.copied++;
      continue;
    }
    result.present++;
    if (key.startsWith(fences) && (await to.read(key)) !== text) {
      throw new FencedError(
        `${key} in ${to.where} is another record than in ${from.where}: somebody took that epoch there. Nothing ` +
          "was overwritten. Choose another recover:reprotect.vaultName.",
      );
    }
  }
  return result;
}

/** Every key beneath a prefix; `names` tells folders with their slash, or whole paths. */
async function recordsOf(store: ControlStore, prefix: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await store.names(prefix)) {
    if (name.endsWith("/")) found.push(...(await recordsOf(store, prefix + name)));
    else found.push(prefix + name);
  }
  return found;
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
