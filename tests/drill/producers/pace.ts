/** How fast to send: `rate` up to `until` messages in total, then a trickle, so that events never stop flowing. */
export interface Pace {
  readonly until: number;
  /** Messages per second. */
  readonly rate: number;
  /** Messages per second once `until` is reached; 0 rests. */
  readonly trickle: number;
}

/** Counts messages against a pace. Time is given, so that tests need not wait. */
export class Pacer {
  #pace: Pace = { until: 0, rate: 1, trickle: 0 };
  #sent = 0;
  #allowance = 0;
  #last: number;

  constructor(nowMilliseconds: number) {
    this.#last = nowMilliseconds;
  }

  get sent(): number {
    return this.#sent;
  }

  set(pace: Pace, nowMilliseconds: number): void {
    this.#pace = pace;
    this.#allowance = 0;
    this.#last = nowMilliseconds;
  }

  /** How many of at most `most` messages may go now; they count as sent. Never saves up over a second. */
  take(most: number, nowMilliseconds: number): number {
    const left = this.#pace.until - this.#sent;
    const rate = left > 0 ? this.#pace.rate : this.#pace.trickle;
    const elapsed = (nowMilliseconds - this.#last) / 1000;
    this.#last = nowMilliseconds;
    this.#allowance = Math.min(this.#allowance + elapsed * rate, rate);
    const count = Math.floor(Math.min(most, this.#allowance, left > 0 ? left : most));
    this.#allowance -= count;
    this.#sent += count;
    return count;
  }
}
