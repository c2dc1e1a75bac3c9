import { decodeRecord, encodeRecord } from "./envelope.ts";

/** One record as it lies in an object. */
export interface Line {
  readonly offset: number;
  readonly text: string;
}

export type Reconciled =
  /** The object holds nothing but what we would write; `rest` is what it lacks of ours. */
  | { readonly ok: true; readonly rest: readonly Line[] }
  /** The first offset at which the object and ours are different. */
  | { readonly ok: false; readonly offset: number };

/**
 * An object that is in the way (a conditional PUT got 412) against what we were about to write.
 * Equal records → go on; some of ours are missing there (it holds a prefix, or began later) → write
 * the rest; a record that differs, or one that we did not see between ours → stop.
 */
export function reconcile(existing: readonly Line[], ours: readonly Line[]): Reconciled {
  const there = new Map(existing.map(({ offset, text }) => [offset, text]));
  const here = new Set(ours.map(({ offset }) => offset));
  const first = ours[0]?.offset ?? 0;
  const last = ours.at(-1)?.offset ?? -1;
  const stranger = existing.find(
    ({ offset }) => offset >= first && offset <= last && !here.has(offset),
  );
  const differing = ours.find(({ offset, text }) => {
    const other = there.get(offset);
    return other !== undefined && !sameRecord(other, text);
  });
  const conflict = Math.min(stranger?.offset ?? Infinity, differing?.offset ?? Infinity);
  if (conflict !== Infinity) return { ok: false, offset: conflict };
  return { ok: true, rest: ours.filter(({ offset }) => !there.has(offset)) };
}

/** The same record, however its JSON is spaced and ordered. */
export function sameRecord(existing: string, ours: string): boolean {
  if (existing === ours) return true;
  try {
    return encodeRecord(decodeRecord(existing)) === ours;
  } catch {
    return false;
  }
}
