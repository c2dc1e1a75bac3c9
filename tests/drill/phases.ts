import type { Phase } from "./stack.ts";

/** A named stretch of the drill, milliseconds since 1970. */
export interface Stretch {
  readonly name: string;
  readonly startedAt: number;
  readonly endedAt: number;
  /** `resource`: one box of `pulumi up`; `drill`: what the drill itself did. */
  readonly kind: "drill" | "resource";
  /** Part of the time without service: between the disaster and the end of the recovery. */
  readonly recovery: boolean;
}

/** Collects what took how long. */
export class Timeline {
  readonly stretches: Stretch[] = [];
  recovering = false;

  /** Runs `work` as a stretch of that name. */
  async during<T>(name: string, work: () => Promise<T>): Promise<T> {
    const startedAt = Date.now();
    const recovery = this.recovering;
    try {
      return await work();
    } finally {
      this.stretches.push({ name, startedAt, endedAt: Date.now(), kind: "drill", recovery });
    }
  }

  add(phases: readonly Phase[]): void {
    for (const { name, type, startedAt, endedAt } of phases) {
      // Keys take no time, components are no work of their own.
      if (!/:(Process|Step)$/.test(type)) continue;
      this.stretches.push({
        name,
        startedAt,
        endedAt,
        kind: "resource",
        recovery: this.recovering,
      });
    }
  }
}
