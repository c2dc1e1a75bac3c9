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

/** Sleeping moves the time on at once; `onTick` sees every step of it. */
export class FakeClock implements Clock {
  #now: number;
  #skewSeconds: number;
  onTick: ((now: number) => void) | undefined;

  constructor(options: { readonly skewSeconds?: number } = {}) {
    this.#now = Date.parse("2026-11-22T12:00:00.000Z");
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

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    await Promise.resolve();
    if (signal?.aborted === true) return;
    for (let left = milliseconds; left > 0; left -= 100) {
      this.#now += Math.min(100, left);
      this.onTick?.(this.#now);
    }
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
