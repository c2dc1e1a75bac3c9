import { z } from "zod";
import {
  acceptedLoss,
  eventsTopic,
  recoveries,
  schedule,
  seconds,
  takeoverReason,
  trust,
} from "./parts.ts";

/** Every setting of a stack of the `local` platform; Pulumi.yaml describes them for the CLI. */
export const localSchema = z
  .object({
    role: z.enum(["primary", "standby"]),
    platform: z.literal("local").default("local"),
    region: z.string().regex(/^[a-z][a-z0-9-]*$/),
    standbyRegion: z.string().regex(/^[a-z][a-z0-9-]*$/),
    dataDir: z.string().default(".data"),
    portBase: z.int().min(1024).max(65_000).default(27_000),
    partitions: z.int().min(6).default(6),
    eventsTopic,
    kafkaMode: z.enum(["zookeeper", "kraft"]).default("zookeeper"),
    archiveFlush: seconds.prefault("5 seconds"),
    walTimeout: seconds.prefault("5 seconds"),
    replicationLag: z
      .strictObject({
        min: seconds.prefault("1 second"),
        max: seconds.prefault("30 seconds"),
        seed: z.int().default(1),
      })
      .prefault({}),
    lease: z
      .strictObject({
        ttl: seconds.prefault("15 seconds"),
        renew: seconds.prefault("3 seconds"),
        clockMargin: seconds.prefault("5 seconds"),
      })
      .prefault({}),
    lockFor: seconds.prefault("7 days"),
    fullBackups: schedule.prefault({ cron: "0 3 * * *" }),
    incrementalBackups: schedule.prefault({ cron: "*/15 * * * *" }),
    zookeeperSnapshots: seconds.prefault("1 minute"),
    recoveries,
    /** Only the standby: where the vault's copy in its own region answers. */
    vaultEndpoint: z.url().optional(),
    vaultAccessKeyId: z.string().optional(),
    trust,
    mode: z.enum(["failover", "drill"]).default("failover"),
    takeoverReason,
    acceptedLoss,
    /** Directory that arms failpoints of our own processes; for drills. */
    failpoints: z.string().optional(),
    /** Leaves the old consumer of a lost ClickHouse alone, to show what the fence is for; for drills. */
    negativeControl: z.enum(["skip-fence"]).optional(),
  })
  .refine((s) => s.region !== s.standbyRegion || s.role === "standby", {
    message: "the primary's region and standbyRegion are equal: a copy beside the original is none",
    path: ["standbyRegion"],
  })
  .refine((s) => s.negativeControl === undefined || s.failpoints !== undefined, {
    message:
      "a negative control spoils a recovery on purpose: it needs a drill's recover:failpoints",
    path: ["negativeControl"],
  })
  .refine((s) => s.role === "primary" || s.recoveries.length === 0, {
    message:
      "recoveries in place are a primary's: a standby that lost an engine is destroyed and recovers again",
    path: ["recoveries"],
  })
  .refine((s) => s.kafkaMode === "zookeeper" || !s.recoveries.includes("zookeeper"), {
    message: "Kafka in KRaft mode has no ensemble that could be recovered",
    path: ["recoveries"],
  })
  .refine((s) => s.lease.renew * 3 <= s.lease.ttl, {
    message:
      "lease.renew must be at most a third of lease.ttl, or one slow renewal loses the lease",
    path: ["lease"],
  })
  .refine((s) => s.replicationLag.min <= s.replicationLag.max, {
    message: "replicationLag.min is larger than replicationLag.max",
    path: ["replicationLag"],
  });
export type LocalSettings = z.infer<typeof localSchema>;
