import { z } from "zod";

/**
 * What the control bucket holds for one epoch line. Every record is JSON; unknown fields of a newer
 * version are kept out, missing ones are an error that names the key.
 */
export const fenceKinds = ["first", "broker", "lease", "drill"] as const;

export const fenceRecord = z.object({
  epoch: z.int().positive(),
  /** Random id of the stack that holds the epoch (its Pulumi state made it). */
  owner: z.string().min(1),
  stack: z.string(),
  role: z.enum(["primary", "standby"]),
  region: z.string(),
  /** The recovery that took the epoch; `first` for a line's first holder. */
  recoveryId: z.string(),
  kind: z.enum(fenceKinds),
  reason: z.string(),
  /** ISO, UTC. */
  time: z.iso.datetime(),
  previousOwner: z.string().optional(),
});
export type FenceRecord = z.infer<typeof fenceRecord>;

/** How far the events topic was written by others than the keeper itself. */
export const produced = z.object({
  /** When its end was asked for, by the keeper's clock. */
  at: z.iso.datetime(),
  topicId: z.string(),
  /** By partition: the offset behind the last event that is not one of the keeper's own. */
  next: z.array(z.int().nonnegative()),
});
export type Produced = z.infer<typeof produced>;

export const leaseRecord = z.object({
  epoch: z.int().positive(),
  owner: z.string(),
  stack: z.string(),
  region: z.string(),
  clusterId: z.string(),
  /** ISO, UTC, by the keeper's clock. */
  renewedAt: z.iso.datetime(),
  /** T: without a renewal for this long the keeper stops its own side. */
  ttlSeconds: z.number().positive(),
  renewSeconds: z.number().positive(),
  /** From the canary's send to its row in ClickHouse. */
  canaryLatencySeconds: z.number().nonnegative(),
  /** When the newest of the keeper's own events that has arrived was sent. Not in leases of an earlier version. */
  arrivedAt: z.iso.datetime().optional(),
  /** Not in leases of an earlier version. */
  produced: produced.optional(),
  /** Grows by one at every renewal: what a watch compares, whatever the clocks say. */
  sequence: z.int().nonnegative(),
});
export type LeaseRecord = z.infer<typeof leaseRecord>;

export const keys = {
  fences: (line: string): string => `${line}/fence/`,
  fence: (line: string, epoch: number): string => `${line}/fence/${epoch}.json`,
  leases: (line: string): string => `${line}/lease/`,
  lease: (line: string, epoch: number): string => `${line}/lease/${epoch}.json`,
  step: (line: string, recoveryId: string, step: string): string =>
    `${line}/steps/${recoveryId}/${step}.json`,
  /** What a restore of a managed PostgreSQL needs, by epoch. */
  rdsManifests: (line: string): string => `${line}/postgres/`,
  rdsManifest: (line: string, epoch: number): string => `${line}/postgres/${epoch}.json`,
  announcement: (line: string, key: string): string => `${line}/announcements/${key}.json`,
};
