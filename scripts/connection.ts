import { z } from "zod";
import { UserError } from "./command.ts";
import { controlBucket, secret, vaultSide } from "./s3-access.ts";

/**
 * Everything a command may need to reach a platform. A stack hands a step only the parts that
 * this step needs; an operator gets the whole with `--stack NAME` (the stack's `connection` output).
 */
export { type ControlBucket, type S3Access, type VaultSide } from "./s3-access.ts";

const scramLogin = z.object({ username: z.string(), password: secret });

/** A Kafka login of one epoch: its principal is `User:<name>`, for example `clickhouse-e7`. */
export const consumerLogin = z.object({
  epoch: z.int().positive(),
  name: z.string(),
  /** PEM. */
  certificate: secret,
  privateKey: secret,
});
export type ConsumerLogin = z.infer<typeof consumerLogin>;

export const kafkaConnection = z.object({
  /** Listener with SCRAM-SHA-512 logins (SASL_PLAINTEXT on loopback). */
  bootstrap: z.string(),
  /** Listener with client certificates (SSL). */
  tlsBootstrap: z.string(),
  /** PEM of the CA that signed the brokers' and the clients' certificates. */
  ca: z.string(),
  clusterId: z.string(),
  /** The events topic. */
  topic: z.string(),
  partitions: z.int().positive(),
  replicationFactor: z.int().positive(),
  /** ClickHouse's static consumer group. */
  group: z.string(),
  /** Superuser; also has a client certificate `CN=admin` on the TLS listener. */
  admin: scramLogin.optional(),
  adminCertificate: z.object({ certificate: secret, privateKey: secret }).optional(),
  producer: scramLogin.optional(),
  archiver: scramLogin.optional(),
  /** The current epoch's ClickHouse login. */
  consumer: consumerLogin.optional(),
  /** Logins of earlier epochs: what the fence takes away and then attacks with. */
  formerConsumers: z.array(consumerLogin).default([]),
});
export type KafkaConnection = z.infer<typeof kafkaConnection>;

export const clickhouseConnection = z.object({
  url: z.url(),
  username: z.string(),
  password: secret,
  database: z.string().default("posthog"),
  /** Name of the S3 disk of the server's configuration that backups are written to / read from. */
  backupDisk: z.string().default("vault"),
  /** The read-only login of the stack's outputs. */
  reader: scramLogin.optional(),
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
    .object({
      /** Superuser URL (`postgresql://…`). */
      url: secret,
      /** Absolute data folder, where this process can see it (local restore). */
      dataDir: z.string().optional(),
    })
    .optional(),
  zookeeper: z
    .object({
      members: z.array(z.object({ client: z.string(), admin: z.url() })),
      superPassword: secret,
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
