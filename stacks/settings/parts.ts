import { Cron } from "croner";
import { z } from "zod";
import { isDuration, toSeconds } from "../units.ts";

export const seconds = z
  .string()
  .refine(isDuration, 'write a number and a unit, for example "15 seconds"')
  .transform(toSeconds)
  .refine((length) => length > 0, "must be longer than nothing");

/** Something that protects is off; every preview shows why. */
export const off = z.strictObject({
  off: z.string().min(10, "a protection is turned off with a reason of at least 10 characters"),
});

/** A protection may be turned off only with a reason, which every preview shows. */
export const schedule = z.union(
  [
    off,
    z.strictObject({
      cron: z
        .string()
        .refine(isCron, 'write five fields, in UTC, of a time that comes, for example "0 3 * * *"'),
    }),
  ],
  'write {cron: "0 3 * * *"} with five fields in UTC, or {off: a reason of at least 10 characters}',
);
export type Schedule = z.infer<typeof schedule>;

export const recoverable = z.enum(["clickhouse", "zookeeper", "postgres"]);
export type Recoverable = z.infer<typeof recoverable>;

const reason = z.string().min(10, "write a reason of at least 10 characters").optional();
export const takeoverReason = reason;
/** Why a takeover does not wait for the events of a living side that have not arrived. */
export const acceptedLoss = reason;
export const eventsTopic = z
  .string()
  .regex(/^[a-zA-Z0-9._-]+$/)
  .default("clickhouse_events_json");
/** Ed25519 public keys (SPKI PEM) whose ledgers a standby believes, by key id. */
export const trust = z.record(z.string(), z.string()).default({});
/** Recoveries in place that this stack has been through, oldest first; append one to start it. */
export const recoveries = z.array(recoverable).default([]);

/** Whether Kubernetes would take it, and it ever runs. */
function isCron(pattern: string): boolean {
  try {
    return new Cron(pattern, { mode: "5-part", utcOffset: 0 }).nextRun() !== null;
  } catch {
    return false;
  }
}

/** For errors: `36 hours`, `90 seconds`. */
export function span(length: number): string {
  for (const [unit, size] of [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ] as const) {
    if (length >= size) {
      const count = Math.round((length / size) * 10) / 10;
      return `${count} ${unit}${count === 1 ? "" : "s"}`;
    }
  }
  return `${length} seconds`;
}

/** What a refinement says about one setting. */
export interface Problem {
  readonly path: readonly string[];
  readonly message: string;
}

/** Adds what a check found to zod's own findings. */
export function report<T>(check: (settings: T) => readonly Problem[]) {
  return (settings: T, context: z.core.$RefinementCtx<T>): void => {
    for (const { path, message } of check(settings)) {
      context.addIssue({ code: "custom", path: [...path], message });
    }
  };
}
