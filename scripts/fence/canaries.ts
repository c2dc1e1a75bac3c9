import type { Clock } from "./lease.ts";

/**
 * Sends canaries one after another, beside the renewals: a canary that takes long, as behind the pause
 * of a backup, must not keep the lease from being renewed.
 */
export class Canaries {
  #send: (signal: AbortSignal) => Promise<number>;
  #clock: Clock;
  #longest: number;
  #sentAt = Number.NEGATIVE_INFINITY;
  #flying: Promise<void> | undefined;
  /** Monotonic time at which the newest one that arrived had been sent; undefined: none yet. */
  arrivedAt: number | undefined;
  latencySeconds = 0;
  /** Why the last one failed. */
  trouble: string | undefined;

  /** @param longestSeconds after so long a canary counts as lost */
  constructor(
    send: (signal: AbortSignal) => Promise<number>,
    clock: Clock,
    longestSeconds: number,
  ) {
    this.#send = send;
    this.#clock = clock;
    this.#longest = longestSeconds * 1000;
  }

  /** One that an earlier keeper has seen arrive, and had sent so long ago. */
  recall(ageSeconds: number): void {
    this.arrivedAt = this.#clock.monotonic() - Math.max(0, ageSeconds) * 1000;
  }

  /** Sends one unless one is on its way or the last was sent less than `everySeconds` ago. */
  keepSending(everySeconds: number): void {
    if (this.#flying !== undefined) return;
    if (this.#clock.monotonic() - this.#sentAt < everySeconds * 1000) return;
    this.#flying = this.#one().finally(() => {
      this.#flying = undefined;
    });
  }

  /** The end of the one on its way, whatever becomes of it. */
  async landed(): Promise<void> {
    await this.#flying;
  }

  async #one(): Promise<void> {
    const sentAt = this.#clock.monotonic();
    this.#sentAt = sentAt;
    const stop = new AbortController();
    const lost = this.#clock.sleep(this.#longest, stop.signal).then(() => {
      throw new Error(
        `an event sent to Kafka was not in ClickHouse after ${this.#longest / 1000} s`,
      );
    });
    try {
      this.latencySeconds = await Promise.race([this.#send(stop.signal), lost]);
      this.arrivedAt = sentAt;
      this.trouble = undefined;
    } catch (error) {
      this.trouble = error instanceof Error ? error.message : String(error);
    } finally {
      stop.abort();
      lost.catch(() => undefined);
    }
  }
}
