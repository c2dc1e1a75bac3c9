import { z } from "zod";
import { duration, size } from "./units.ts";

/**
 * What the platform promises, and the measured numbers that promises are checked with. Rules that need
 * one that is not declared say so, as "not applicable".
 */
export const objectivesSchema = z.strictObject({
  /** Role of the stack. @default what the stack's own configuration says under a key `…:role` */
  role: z.enum(["primary", "standby"]).optional(),
  /** Region that this stack is in; a stack never changes it. */
  region: z.string().optional(),
  /** Region whose loss the standby survives. */
  primaryRegion: z.string().optional(),
  /** Most data that may be lost. */
  rpo: duration.optional(),
  /** Longest time until the platform works again. */
  rto: duration.optional(),
  /** How far back one must be able to go. */
  eventsWindow: duration.optional(),
  /** Backups of the analytical database. */
  backup: z
    .strictObject({
      interval: duration,
      duration,
      /** From the oldest object that the newest backup needs, to now. */
      chain: duration.optional(),
    })
    .optional(),
  restore: z
    .strictObject({
      size,
      /** Measured, each second. */
      throughput: size,
      /** Time that does not depend on the size: start, proof, fence. */
      fixed: duration.prefault("0 seconds"),
    })
    .optional(),
  stream: z
    .strictObject({
      /** Bytes that producers write each second, before replication. */
      rate: size.optional(),
      /** Longest time for which nobody consumes or archives. */
      outage: duration.prefault("1 day"),
      margin: duration.prefault("1 day"),
    })
    .optional(),
  /** Who consumes events: exactly one stack is `active`. */
  consumers: z.enum(["active", "standby"]).optional(),
  /** The standby is taking over: what cannot be perfect on that day only advises. */
  mode: z.enum(["failover", "drill"]).optional(),
  /** Where Pulumi keeps its state, such as `s3://bucket?region=eu-west-1`. */
  backend: z.string().optional(),
  /** What encrypts the stack's secrets, such as `awskms://alias/pulumi?region=eu-west-1`. */
  secretsProvider: z.string().optional(),
});

export type Objectives = z.output<typeof objectivesSchema>;
