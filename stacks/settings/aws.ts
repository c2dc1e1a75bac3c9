import { z } from "zod";
import { awsProblems } from "./aws-checks.ts";
import * as parts from "./aws-parts.ts";
import { derive } from "./objectives.ts";
import {
  acceptedLoss,
  eventsTopic,
  recoveries,
  report,
  schedule,
  seconds,
  takeoverReason,
  trust,
} from "./parts.ts";

const region = z
  .string()
  .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'write a region of AWS, for example "eu-central-1"');
const defaultRpo = "30 minutes";
const defaultRto = "2 hours";

/** As the config says it; what follows from the objectives is filled in below. */
const written = z.object({
  role: z.enum(["primary", "standby"]),
  platform: z.literal("aws"),
  rpo: seconds.prefault(defaultRpo),
  rto: seconds.prefault(defaultRto),
  region,
  standbyRegion: region,
  account: z.string().regex(/^\d{12}$/, "write the twelve digits of the account"),
  install: z
    .string()
    .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "lower-case letters, digits and single hyphens")
    .max(20),
  generation: z.int().positive().default(1),
  vaultName: z.string(),
  /** Standby: whose copies of PostgreSQL's backups are restored; nothing there is called. */
  primaryRegion: region.optional(),
  /** Standby: KMS key of the vault's buckets in its region; `npm run pair` writes it. */
  vaultKeyArn: z.string().startsWith("arn:").optional(),
  zones: z.tuple([z.string(), z.string(), z.string()], "write three zones of the region"),
  network: parts.network,
  cluster: parts.cluster,
  images: z.record(z.string(), z.string()).default({}),
  imageOrigin: parts.imageOrigin,
  clickhouseOperator: parts.clickhouseOperator,
  archive: parts.archive,
  partitions: z.int().min(6).default(6),
  eventsTopic,
  kafka: parts.kafka,
  postgres: parts.postgres.prefault({}),
  clickhouse: parts.clickhouse,
  zookeeper: parts.zookeeper,
  archiveFlush: seconds.optional(),
  lease: z
    .strictObject({
      ttl: seconds.optional(),
      renew: seconds.optional(),
      clockMargin: seconds.optional(),
    })
    .default({}),
  lockFor: seconds.prefault("14 days"),
  lockMode: z.enum(["GOVERNANCE", "COMPLIANCE"]).default("GOVERNANCE"),
  keepFor: seconds.prefault("30 days"),
  fullBackups: schedule.optional(),
  incrementalBackups: schedule.optional(),
  audit: schedule.optional(),
  alarms: parts.alarms,
  permissionsBoundary: z.string().startsWith("arn:").optional(),
  recoveries,
  trust,
  mode: z.enum(["pilot-light", "failover", "drill", "reprotect"]).default("failover"),
  /** Standby that took over: where `mode: reprotect` copies the vault to, under a name of its own. */
  reprotect: parts.reprotect.optional(),
  /** Standby: the epoch that a failover takes; its IAM roles are made for it before the day. */
  failoverEpoch: z.int().min(2).default(2),
  takeoverReason,
  acceptedLoss,
});

/** Every setting of a stack of the `aws` platform. */
export const awsSchema = written
  .transform((settings) => {
    const derived = derive(settings);
    const { ttl, renew, clockMargin } = settings.lease;
    return {
      ...settings,
      archiveFlush: settings.archiveFlush ?? derived.archiveFlush,
      lease: {
        ttl: ttl ?? derived.lease.ttl,
        renew: renew ?? Math.floor((ttl ?? derived.lease.ttl) / 4),
        clockMargin: clockMargin ?? derived.lease.clockMargin,
      },
      fullBackups: settings.fullBackups ?? derived.fullBackups,
      incrementalBackups: settings.incrementalBackups ?? derived.incrementalBackups,
      audit: settings.audit ?? derived.audit,
    };
  })
  .superRefine(report(awsProblems));

export const awsNames = Object.keys(written.shape);
export type AwsSettings = z.infer<typeof awsSchema>;
