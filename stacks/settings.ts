import { isAbsolute, resolve } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { Cron } from "croner";
import { z } from "zod";
import { isDuration, toSeconds } from "./units.ts";

const seconds = z
  .string()
  .refine(isDuration, 'write a number and a unit, for example "15 seconds"')
  .transform(toSeconds)
  .refine((length) => length > 0, "must be longer than nothing");

/** A protection may be turned off only with a reason, which every preview shows. */
const schedule = z.union(
  [
    z.strictObject({
      off: z.string().min(10, "a protection is turned off with a reason of at least 10 characters"),
    }),
    z.strictObject({
      cron: z.string().refine(isCron, 'write five fields, in UTC, for example "0 3 * * *"'),
    }),
  ],
  'write {cron: "0 3 * * *"} with five fields in UTC, or {off: a reason of at least 10 characters}',
);

const recoverable = z.enum(["clickhouse", "zookeeper", "postgres"]);
export type Recoverable = z.infer<typeof recoverable>;

/** Every setting of a stack of the `local` platform; Pulumi.yaml describes them for the CLI. */
const settingsSchema = z
  .object({
    role: z.enum(["primary", "standby"]),
    platform: z.enum(["local"]).default("local"),
    region: z.string().regex(/^[a-z][a-z0-9-]*$/),
    standbyRegion: z.string().regex(/^[a-z][a-z0-9-]*$/),
    dataDir: z.string().default(".data"),
    portBase: z.int().min(1024).max(65_000).default(27_000),
    partitions: z.int().min(6).default(6),
    eventsTopic: z
      .string()
      .regex(/^[a-zA-Z0-9._-]+$/)
      .default("clickhouse_events_json"),
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
    /** Recoveries in place that this stack has been through, oldest first; append one to start it. */
    recoveries: z.array(recoverable).default([]),
    /** Only the standby: where the vault's copy in its own region answers. */
    vaultEndpoint: z.url().optional(),
    vaultAccessKeyId: z.string().optional(),
    /** Only the standby: Ed25519 public keys (SPKI PEM) whose ledgers it believes, by key id. */
    trust: z.record(z.string(), z.string()).default({}),
    mode: z.enum(["failover", "drill"]).default("failover"),
    takeoverReason: z.string().min(10, "write a reason of at least 10 characters").optional(),
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

export type Settings = z.infer<typeof settingsSchema>;

function isCron(pattern: string): boolean {
  try {
    new Cron(pattern, { mode: "5-part", timezone: "UTC" });
    return true;
  } catch {
    return false;
  }
}

/** Protections that are off, each with its reason: for every preview. */
export function protectionsOff(settings: Settings): string[] {
  return (["fullBackups", "incrementalBackups"] as const).flatMap((name) => {
    const schedule = settings[name];
    return "off" in schedule ? [`recover:${name} is off: ${schedule.off}`] : [];
  });
}

/** Every setting, in the order of the README's table; the standby reads its secret by itself. */
export const settingNames = [...Object.keys(settingsSchema.shape), "vaultSecretAccessKey"];

const objectKeys = new Set([
  "replicationLag",
  "lease",
  "fullBackups",
  "incrementalBackups",
  "recoveries",
  "trust",
]);
const numberKeys = new Set(["portBase", "partitions"]);

/**
 * Reads the whole configuration once.
 *
 * @param config the namespace `recover`
 * @param root folder that relative paths start from (the project's)
 * @throws Error with one line for each setting that is wrong
 */
export function readSettings(config: pulumi.Config, root: string): Settings {
  const raw: Record<string, unknown> = {};
  for (const key of Object.keys(settingsSchema.shape)) {
    const value = objectKeys.has(key)
      ? config.getObject(key)
      : numberKeys.has(key)
        ? config.getNumber(key)
        : config.get(key);
    // Pulumi.yaml's default of what may be left out.
    if (value !== undefined && value !== "") raw[key] = value;
  }
  const parsed = settingsSchema.safeParse(raw, { reportInput: true });
  if (!parsed.success) {
    throw unusable(
      parsed.error.issues.map(
        ({ path, input, message }) =>
          `recover:${path.join(".")}: ${input === undefined ? "is not set. " : ""}${message}`,
      ),
    );
  }
  const settings = parsed.data;
  const { dataDir } = settings;
  return { ...settings, dataDir: isAbsolute(dataDir) ? dataDir : resolve(root, dataDir) };
}

/**
 * A setting with a slip in its name would leave a default in force without a word.
 *
 * @param keys of the whole configuration, for example `recover:region`
 * @throws Error that names each key of `recover:` which is none
 */
export function refuseUnknown(keys: readonly string[]): void {
  const unknown = keys.filter((key) => {
    const [namespace, name] = key.split(":");
    return namespace === "recover" && name !== undefined && !settingNames.includes(name);
  });
  if (unknown.length > 0) throw unusable(unknown.map((key) => `${key}: there is no such setting`));
}

function unusable(lines: readonly string[]): Error {
  return new Error(
    `The stack's configuration is not usable, nothing was changed:\n  ${lines.join("\n  ")}\n` +
      "Set them with `pulumi config set`, or see the settings table in README.md.",
  );
}
