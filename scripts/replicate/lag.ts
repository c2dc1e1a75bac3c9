import { createHash } from "node:crypto";

/** How long after its write an object is to arrive, seconds: the same for the same seed and version. */
export function drawLag(
  settings: { readonly minSeconds: number; readonly maxSeconds: number; readonly seed: number },
  version: { readonly bucket: string; readonly key: string; readonly etag: string },
): number {
  const digest = createHash("sha256")
    .update(`${settings.seed}\n${version.bucket}\n${version.key}\n${version.etag}`)
    .digest();
  const fraction = digest.readUIntBE(0, 6) / 2 ** 48;
  return settings.minSeconds + fraction * (settings.maxSeconds - settings.minSeconds);
}

/** The newest measured lags: median and maximum of at most `capacity` of them, in constant memory. */
export class LagMeter {
  readonly #ring: Float64Array;
  #count = 0;

  /** @param capacity @default 10000 */
  constructor(capacity = 10_000) {
    this.#ring = new Float64Array(capacity);
  }

  add(seconds: number): void {
    this.#ring[this.#count % this.#ring.length] = seconds;
    this.#count += 1;
  }

  /** Seconds; zeros before the first. */
  summary(): { p50: number; max: number } {
    const filled = this.#ring.slice(0, Math.min(this.#count, this.#ring.length)).sort();
    return { p50: filled[Math.floor(filled.length / 2)] ?? 0, max: filled.at(-1) ?? 0 };
  }
}
