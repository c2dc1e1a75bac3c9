import { z } from "zod";
import { UserError } from "./command.ts";
import { secret } from "./s3-access.ts";

const scramLogin = z.object({ username: z.string(), password: secret });

const ofEpoch = { epoch: z.int().positive(), name: z.string() };

const certificateLogin = z.object({
  ...ofEpoch,
  kind: z.literal("certificate").optional(),
  /** PEM. */
  certificate: secret,
  privateKey: secret,
});

/** As on MSK: SCRAM-SHA-512 over TLS; `name` is the user name. */
const passwordLogin = z.object({ ...ofEpoch, kind: z.literal("scram"), password: secret });

/** A Kafka login of one epoch: its principal is `User:<name>`, for example `clickhouse-e7`. */
export const consumerLogin = z.discriminatedUnion("kind", [certificateLogin, passwordLogin]);
export type ConsumerLogin = z.infer<typeof consumerLogin>;
export type CertificateLogin = z.infer<typeof certificateLogin>;

/** What writes the archive: by whose committed offsets is it known how far that is. */
export const archiveKind = z.discriminatedUnion("kind", [
  /** The project's own archiver, group `archiver`. */
  z.object({ kind: z.literal("archiver") }),
  /** A sink connector: Kafka Connect's group is `connect-` and its name. */
  z.object({ kind: z.literal("connect"), group: z.string().min(1) }),
  /** Amazon Data Firehose commits nothing that anybody else may rely on. */
  z.object({ kind: z.literal("firehose") }),
]);
export type ArchiveKind = z.infer<typeof archiveKind>;

export const kafkaConnection = z.object({
  /** Listener with SCRAM-SHA-512 logins. */
  bootstrap: z.string(),
  /**
   * How that listener is reached: `plaintext` on loopback alone, `tls` on MSK.
   * @default "plaintext"
   */
  scramOver: z.enum(["plaintext", "tls"]).optional(),
  /** Listener with client certificates (SSL); empty where there is none. */
  tlsBootstrap: z.string(),
  /**
   * PEM of the CA that signed the brokers' and the clients' certificates. Empty: the authorities that this
   * machine trusts, as for MSK.
   */
  ca: z.string(),
  /**
   * Listener where IAM says who may what (MSK): for administrators, who come as the AWS identity of their
   * process. Its logins are Secrets Manager's, not the cluster's own.
   */
  iam: z.object({ bootstrap: z.string(), region: z.string() }).optional(),
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
  /** @default the project's own archiver */
  archive: archiveKind.optional(),
  /** The current epoch's ClickHouse login. */
  consumer: consumerLogin.optional(),
  /** Logins of earlier epochs: what the fence takes away and then attacks with. */
  formerConsumers: z.array(consumerLogin).default([]),
});
export type KafkaConnection = z.infer<typeof kafkaConnection>;

/** @throws UserError for a login by password, where a server's configuration takes certificates alone */
export function certificateOf(login: ConsumerLogin): CertificateLogin {
  if (login.kind !== "scram") return login;
  throw new UserError(
    `the Kafka login ${login.name} is a password, and this ClickHouse server is set up with a client ` +
      "certificate. Use the login that the stack's own Kafka cluster made.",
  );
}

/** Where ClickHouse consumes from: the listener of its kind of login. */
export function consumerBootstrap(kafka: KafkaConnection): string {
  const byPassword = kafka.consumer?.kind === "scram" || kafka.tlsBootstrap === "";
  return byPassword ? kafka.bootstrap : kafka.tlsBootstrap;
}

/** A listener of the cluster that there is, to name the cluster and count its brokers by. */
export function anyBootstrap(kafka: KafkaConnection): string {
  return kafka.tlsBootstrap || kafka.iam?.bootstrap || kafka.bootstrap;
}
