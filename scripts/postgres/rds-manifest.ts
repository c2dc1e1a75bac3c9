import { z } from "zod";
import { UserError } from "../command.ts";

/**
 * What a restore of a managed PostgreSQL needs when the primary's region answers nothing: written to
 * the control bucket at every `up` of the primary and with every ledger. RDS itself keeps in the standby's
 * region only what is inside the database: not its class, parameters, windows or number of zones.
 */
const arn = z.string().regex(/^arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:\d{12}:.+$/);

export const rdsParameter = z.object({
  name: z.string().min(1),
  value: z.string(),
  /** A static parameter needs a restart. */
  applyMethod: z.enum(["immediate", "pending-reboot"]),
});
export type RdsParameter = z.infer<typeof rdsParameter>;

export const rdsCopy = z.object({
  /** The replicated automated backup's; it stays the same while replication goes on. */
  arn,
  region: z.string().min(1),
  /** In the copy's region; the restored instance is encrypted by it. */
  keyArn: arn,
  retentionDays: z.int().min(1).max(35),
});

export const rdsManifest = z.object({
  version: z.literal(1),
  identifier: z.string().min(1),
  arn,
  /** Stays the same when the instance is renamed. */
  resourceId: z.string().min(1),
  region: z.string().min(1),
  /** Null: replication is off, so there is nothing to restore in another region. */
  copy: rdsCopy.nullable(),
  /** Major and minor as it runs, for example `17.6`. */
  engineVersion: z.string().regex(/^\d+(\.\d+)*/),
  instanceClass: z.string().regex(/^db\./),
  storage: z.object({
    type: z.string(),
    allocatedGib: z.int().positive(),
    maxAllocatedGib: z.int().nonnegative(),
    iops: z.int().positive().optional(),
    throughput: z.int().positive().optional(),
  }),
  multiAz: z.boolean(),
  port: z.int().positive(),
  masterUsername: z.string().min(1),
  parameters: z.array(rdsParameter),
  backupRetentionDays: z.int().min(1).max(35),
  backupWindow: z.string(),
  maintenanceWindow: z.string(),
});
export type RdsManifest = z.infer<typeof rdsManifest>;

/** What is known of an instance, in RDS's own words: zeros and empty texts stand for what is not set. */
export interface RdsInstanceFacts {
  readonly identifier: string;
  readonly arn: string;
  readonly resourceId: string;
  readonly engineVersionActual: string;
  readonly instanceClass: string;
  readonly storageType: string;
  readonly allocatedStorage: number;
  readonly maxAllocatedStorage?: number | undefined;
  readonly iops?: number | undefined;
  readonly storageThroughput?: number | undefined;
  readonly multiAz: boolean;
  readonly port: number;
  readonly username: string;
  readonly backupRetentionPeriod: number;
  readonly backupWindow: string;
  readonly maintenanceWindow: string;
}

/** Collects the manifest of an instance. Whoever writes it checks it: `checkRdsManifest`. */
export function rdsManifestOf(
  region: string,
  instance: RdsInstanceFacts,
  parameters: readonly RdsParameter[],
  copy: RdsManifest["copy"],
): RdsManifest {
  return {
    version: 1,
    identifier: instance.identifier,
    arn: instance.arn,
    resourceId: instance.resourceId,
    region,
    copy,
    engineVersion: instance.engineVersionActual,
    instanceClass: instance.instanceClass,
    storage: {
      type: instance.storageType,
      allocatedGib: instance.allocatedStorage,
      maxAllocatedGib: instance.maxAllocatedStorage ?? 0,
      ...positive("iops", instance.iops),
      ...positive("throughput", instance.storageThroughput),
    },
    multiAz: instance.multiAz,
    port: instance.port,
    masterUsername: instance.username,
    parameters: [...parameters],
    backupRetentionDays: instance.backupRetentionPeriod,
    backupWindow: instance.backupWindow,
    maintenanceWindow: instance.maintenanceWindow,
  };
}

/**
 * Before it is written, and after it is read: what is missing is an error on the day it went missing.
 *
 * @param where said in the error
 * @throws UserError with everything that is wrong
 */
export function checkRdsManifest(value: unknown, where: string): RdsManifest {
  const parsed = rdsManifest.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new UserError(
    `${where} is no recovery manifest that this version reads (${problems.join("; ")}). ` +
      "Use the version of this project that the primary ran, or leave the manifest out: the " +
      "backup is then looked up in the standby's region.",
  );
}

/** @throws UserError for a text that is no manifest of this version */
export function parseRdsManifest(text: string, where: string): RdsManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${where} is no JSON: restore PostgreSQL by its look-up instead.`, {
      cause: error,
    });
  }
  return checkRdsManifest(value, where);
}

/** Fourth part of every ARN. */
export function regionOfArn(value: string): string {
  return value.split(":")[3] ?? "";
}

/** `17` of `17.6`. */
export function majorOf(version: string): number {
  return Number.parseInt(version, 10);
}

function positive<K extends string>(
  name: K,
  value: number | undefined,
): Partial<Record<K, number>> {
  return value !== undefined && value > 0 ? ({ [name]: value } as Record<K, number>) : {};
}
