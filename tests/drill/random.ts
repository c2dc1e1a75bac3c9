import { createHash } from "node:crypto";

/** Draws the next number in [0, 1). */
export type Random = () => number;

/** The same seed draws the same numbers on every machine (sfc32 over a SHA-256 of the seed). */
export function seededRandom(seed: string): Random {
  const state = new Uint32Array(4);
  const digest = createHash("sha256").update(seed).digest();
  for (let i = 0; i < 4; i++) state[i] = digest.readUInt32LE(i * 4);
  let [a, b, c, counter] = state as unknown as [number, number, number, number];
  return () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
}

/** A whole number in [low, high]. */
export function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

/** One of the given things. */
export function pick<T>(random: Random, things: readonly T[]): T {
  const thing = things[Math.floor(random() * things.length)];
  if (thing === undefined) throw new Error("pick() needs at least one thing to choose from");
  return thing;
}
