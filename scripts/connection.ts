import { z } from "zod";
import { UserError } from "./command.ts";
import { kafkaConnection } from "./kafka-connection.ts";
import { rdsManifest } from "./postgres/rds-manifest.ts";
import { controlBucket, secret, vaultSide } from "./s3-access.ts";

/**
 * Everything a command may need to reach a platform. A stack hands a step only the parts that
 * this step needs; an operator gets the whole with `--stack NAME` (the stack's `connection` output).
 */
export { kafkaConnection, type ConsumerLogin, type KafkaConnection } from "./kafka-connection.ts";
export { type ControlBucket, type S3Access, type VaultSide } from "./s3-access.ts";

export const clickhouseConnection = z.object({
  /** Of the first shard, which alone consumes and keeps the sums. */
  url: z.url(),
  /** More than one shard. @default `url` has every event */
  sharded: z
    .object({
      /** Name of the servers' own list of each other (`remote_servers`). */
      cluster: z.string().min(1),
      /** Of the other shards, in the order of that list; they take the same logins. */
      others: z.array(z.url()).min(1),
    })
    .optional(),
  username: z.string(),
  password: secret,
  database: z.string().default("posthog"),
  /** Name of the S3 disk of the server's configuration that backups are written to / read from. */
  backupDisk: z.string().default("vault"),
  /** The read-only login of the stack's outputs. */
  reader: z.object({ username: z.string(), password: secret }).optional(),
});
export type ClickHouseConnection = z.infer<typeof clickhouseConnection>;

export const connectionSchema = z.object({
  platform: z.enum(["local", "aws"]),
  stack: z.string(),
  role: z.enum(["primary", "standby"]),
  region: z.string(),
  /** Random, made once per stack and kept in its state: who holds a fence. */
  owner: z.string(),
  /** Epoch line: `main`, or a drill's own. Prefix of every control key. */
  line: z.string().default("main"),
  epoch: z.int().positive(),
  kafka: kafkaConnection.optional(),
  clickhouse: clickhouseConnection.optional(),
  postgres: z
    .discriminatedUnion("kind", [
      z.object({
        kind: z.literal("self-managed").optional(),
        /** Superuser URL (`postgresql://…`). */
        url: secret,
        /** Absolute data folder, where this process can see it (local restore). */
        dataDir: z.string().optional(),
      }),
      /** Backs itself up: no base backup and no WAL of ours. */
      z.object({
        kind: z.literal("rds"),
        /** Of a role that may write the heartbeat; with `sslmode`, as RDS takes nothing else. */
        url: secret,
        /** As the stack knows the instance now; every ledger keeps it. */
        manifest: rdsManifest,
      }),
    ])
    .optional(),
  zookeeper: z
    .object({
      members: z.array(z.object({ client: z.string(), admin: z.url() })),
      superPassword: secret,
      /**
       * Who keeps state in it: `kafka` (and ClickHouse, where its tables are replicated), or `clickhouse` alone.
       * @default "kafka"
       */
      serves: z.enum(["kafka", "clickhouse"]).optional(),
    })
    .optional(),
  /** The vault's copy in this stack's own region: what it writes, and what a standby reads. */
  vault: vaultSide.optional(),
  control: controlBucket.optional(),
  /** Ed25519, PKCS#8 PEM; with the backup job alone. */
  signing: z.object({ keyId: z.string(), privateKey: secret }).optional(),
  /** Ed25519 public keys (SPKI PEM) by key id: from the standby's own config. */
  trust: z.record(z.string(), z.string()).default({}),
});
export type Connection = z.infer<typeof connectionSchema>;

/** The connection with the named parts present, or an error that names what is missing. */
export function requireParts<K extends keyof Connection>(
  connection: Connection,
  parts: readonly K[],
): Connection & { [P in K]-?: NonNullable<Connection[P]> } {
  const missing = parts.filter((part) => connection[part] === undefined);
  if (missing.length > 0) {
    throw new UserError(
      `the connection of stack "${connection.stack}" lacks ${missing.join(", ")}: this command ` +
        "cannot work without it. Pass `--stack NAME` of a stack that is up, or a connection file " +
        "that has it (`pulumi stack output connection --show-secrets`).",
    );
  }
  return connection as Connection & { [P in K]-?: NonNullable<Connection[P]> };
}
