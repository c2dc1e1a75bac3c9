import type { Clock } from "./lease.ts";

/** How long a canary is waited for before other events' arrival counts as well, seconds. */
const patienceSeconds = 3;

const lookEvery = 200;

/**
 * Waits until the canary at `target` is stored. Behind a backlog it may come late although all is
 * well: after some patience any event that arrived since the canary was sent is the same proof, that
 * this side consumes.
 *
 * @param before highest stored offset of the partition when the canary was sent
 * @param highest asks for it again
 * @returns whether it was the canary itself
 */
export async function waitForArrival(
  before: number,
  target: number,
  highest: () => Promise<number>,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  const start = clock.monotonic();
  for (;;) {
    const stored = await highest();
    if (stored >= target) return true;
    signal.throwIfAborted();
    const waited = clock.monotonic() - start;
    if (stored > before && waited >= patienceSeconds * 1000) return false;
    await clock.sleep(lookEvery, signal);
    signal.throwIfAborted();
  }
}
