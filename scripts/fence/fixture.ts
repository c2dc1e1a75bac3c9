import type { Reporter } from "../command.ts";
import type { Connection } from "../connection.ts";
import type { ControlStore } from "./control.ts";
import type { Clock } from "./lease.ts";

/** Test stand-ins: a control bucket in memory, a clock that is moved by hand, a stack. */
export class MemoryControl implements ControlStore {
  readonly where = "memory";
  readonly objects = new Map<string, string>();
  /** Set to make every call fail, as when the region is cut off. */
  outage: Error | undefined;
  /** Called before every read: lets a test move the world on. */
  onRead: ((key: string) => void) | undefined;

  async read(key: string): Promise<string | undefined> {
    await this.#answer();
    this.onRead?.(key);
    return this.objects.get(key);
  }

  async create(key: string, body: string): Promise<boolean> {
    await this.#answer();
    if (this.objects.has(key)) return false;
    this.objects.set(key, body);
    return true;
  }

  async write(key: string, body: string): Promise<void> {
    await this.#answer();
    this.objects.set(key, body);
  }

  async names(prefix: string): Promise<string[]> {
    await this.#answer();
    return [...this.objects.keys()]
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length));
  }

  close(): void {
    // Nothing is open.
  }

  async #answer(): Promise<void> {
    await Promise.resolve();
    if (this.outage !== undefined) throw this.outage;
  }
}

/**
 * Time moves on only when everybody sleeps, then straight to the first who wakes up; `onTick` sees it
 * pass in steps of a tenth of a second.
 */
export class FakeClock implements Clock {
  #now = Date.parse("2026-11-22T12:00:00.000Z");
  #skewSeconds: number;
  #sleepers: { readonly until: number; readonly wake: () => void }[] = [];
  #pumping = false;
  onTick: ((now: number) => void) | undefined;

  constructor(options: { readonly skewSeconds?: number } = {}) {
    this.#skewSeconds = options.skewSeconds ?? 0;
  }

  now(): number {
    return this.#now + this.#skewSeconds * 1000;
  }

  monotonic(): number {
    return this.#now;
  }

  /** The time without this clock's error. */
  trueNow(): number {
    return this.#now;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper = { until: this.#now + milliseconds, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener("abort", () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        resolve();
      });
      this.#pump();
    });
  }

  /** After everything that can go on without time passing has gone on. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    setImmediate(() => {
      this.#pumping = false;
      const first = this.#sleepers.toSorted((a, b) => a.until - b.until)[0];
      if (first === undefined) return;
      while (this.#now < first.until && this.#sleepers.includes(first)) {
        this.#now = Math.min(first.until, this.#now + 100);
        this.onTick?.(this.#now);
      }
      if (this.#sleepers.includes(first)) {
        this.#sleepers = this.#sleepers.filter((other) => other !== first);
        first.wake();
      }
      if (this.#sleepers.length > 0) this.#pump();
    });
  }
}

export function stackOf(part: Partial<Connection> = {}): Connection {
  return {
    platform: "local",
    stack: "local-dr",
    role: "standby",
    region: "west",
    owner: "owner-west",
    line: "main",
    epoch: 2,
    trust: {},
    ...part,
  };
}

export class Notes implements Reporter {
  readonly lines: string[] = [];
  progress(message: string): void {
    this.lines.push(message);
  }
  warn(message: string): void {
    this.lines.push(`! ${message}`);
  }
}
