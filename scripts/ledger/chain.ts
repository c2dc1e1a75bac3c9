import type { Ledger } from "./schema.ts";
import type { Opened } from "./sign.ts";

/** One ledger object as it was found, by the id that its key claims. */
export interface Found {
  readonly id: string;
  /** From the key's prefix. */
  readonly epoch: number;
  readonly opened: Opened;
}

export interface Rejected {
  readonly id: string;
  readonly reason: string;
}

export interface Picked {
  /** Full backup first, the chosen one last; undefined when none can be used. */
  readonly chain: readonly Ledger[] | undefined;
  /** Every newer candidate that was passed over, newest first. */
  readonly rejected: readonly Rejected[];
}

/** The ledgers of a chain, full first, or why it cannot be followed. */
export function resolveChain(
  tip: Ledger,
  byId: ReadonlyMap<string, Opened>,
): { ok: true; chain: readonly Ledger[] } | { ok: false; reason: string } {
  const chain: Ledger[] = [];
  for (const [index, id] of tip.chain.entries()) {
    const opened = id === tip.id ? { ok: true as const, ledger: tip } : byId.get(id);
    if (opened === undefined) {
      return { ok: false, reason: `its chain needs the ledger of ${id}, which is not here (yet)` };
    }
    if (!opened.ok) {
      return { ok: false, reason: `its chain needs the ledger of ${id}: ${opened.reason}` };
    }
    const broken = misfit(tip, opened.ledger, index);
    if (broken !== undefined) return { ok: false, reason: broken };
    chain.push(opened.ledger);
  }
  if (tip.chain.at(-1) !== tip.id) {
    return { ok: false, reason: "its chain does not end in itself" };
  }
  return { ok: true, chain };
}

function misfit(tip: Ledger, member: Ledger, index: number): string | undefined {
  const expected = tip.chain.slice(0, index + 1);
  if (member.line !== tip.line || member.epoch !== tip.epoch) {
    return `its chain leaves its epoch: ${member.id} is of line ${member.line}, epoch ${member.epoch}`;
  }
  if (member.chain.join() !== expected.join()) {
    return `its chain says ${expected.join(" → ")}, but ${member.id} says ${member.chain.join(" → ")}`;
  }
  if ((member.kind === "full") !== (index === 0)) {
    return `its chain has the ${member.kind} backup ${member.id} at place ${index + 1}`;
  }
  return undefined;
}

/**
 * The newest chain of a line that can be used. A higher epoch is newer whatever the clocks said: a
 * returning primary's later backup of a lower epoch never wins. `check` looks at the objects and
 * gives the reason against a chain; it is asked newest first and only until one passes.
 */
export async function pickNewest(
  found: readonly Found[],
  line: string,
  check: (chain: readonly Ledger[]) => Promise<string | undefined>,
): Promise<Picked> {
  const byId = new Map(found.map(({ id, opened }) => [id, opened]));
  const newestFirst = found.toSorted(
    (a, b) => b.epoch - a.epoch || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0),
  );
  const rejected: Rejected[] = [];
  for (const { id, epoch, opened } of newestFirst) {
    const verdict = await judge(id, epoch, opened);
    if (verdict.ok) return { chain: verdict.chain, rejected };
    rejected.push({ id, reason: verdict.reason });
  }
  return { chain: undefined, rejected };

  async function judge(
    id: string,
    epoch: number,
    opened: Opened,
  ): Promise<ReturnType<typeof resolveChain>> {
    if (!opened.ok) return opened;
    const tip = opened.ledger;
    if (tip.id !== id || tip.epoch !== epoch || tip.line !== line) {
      return {
        ok: false,
        reason: `it lies under another name: inside it is ${tip.id} of line ${tip.line}, epoch ${tip.epoch}`,
      };
    }
    const resolved = resolveChain(tip, byId);
    if (!resolved.ok) return resolved;
    const reason = await check(resolved.chain);
    return reason === undefined ? resolved : { ok: false, reason };
  }
}
