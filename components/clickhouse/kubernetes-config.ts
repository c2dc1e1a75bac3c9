import { s3Endpoint } from "../../lib/aws.ts";
import { KAFKA_SESSION_TIMEOUT_MS } from "../../engines/clickhouse.ts";
import { element } from "../../engines/xml.ts";

/** Where the server listens: HTTP, native, replicas, metrics. */
export const ports = { http: 8123, tcp: 9000, interserver: 9009, metrics: 9363 };

/** Name of the disk in `BACKUP … TO Disk('vault', …)`. */
export const backupDisk = "vault";

export const database = "posthog";

/** Keys of the Secret, by the variable of the server's environment that each is read from. */
export const secretKeys = {
  CLICKHOUSE_ZOOKEEPER_IDENTITY: "zookeeper-identity",
  CLICKHOUSE_KAFKA_USERNAME: "kafka-username",
  CLICKHOUSE_KAFKA_PASSWORD: "kafka-password",
  CLICKHOUSE_VAULT_ACCESS_KEY_ID: "vault-access-key-id",
  CLICKHOUSE_VAULT_SECRET_ACCESS_KEY: "vault-secret-access-key",
} as const;

export type SecretVariable = keyof typeof secretKeys;

/** Message size that the Kafka engine accepts: as on the local platform. */
const maxMessageBytes = 8 * 1024 * 1024;

/** Of the image, as librdkafka brings no authorities of its own; MSK's are public ones. */
const publicAuthorities = "/etc/ssl/certs/ca-certificates.crt";

/** Mounted from the Secret when Kafka's login is a certificate. */
export const kafkaFolder = "/etc/clickhouse-kafka";
export const kafkaFiles = { ca: "ca.pem", certificate: "certificate.pem", privateKey: "key.pem" };

/** A bucket of backups, without its keys. */
export interface VaultDisk {
  /** @default AWS's own of the region */
  readonly endpoint?: string | undefined;
  readonly region: string;
  readonly bucket: string;
}

export interface ServerFiles {
  readonly kafka: "scram" | "certificate";
  readonly vault: VaultDisk;
  /**
   * Keys in the Secret, or the pod's own identity. The server reads what IRSA puts into its environment, and,
   * since 24.12, what EKS Pod Identity does (https://github.com/ClickHouse/ClickHouse/issues/71074).
   */
  readonly vaultLogin: "keys" | "environment";
}

/**
 * The server's configuration, one file a subject. Secrets are named by variables of the environment, never
 * written here: the operator keeps these files in ConfigMaps.
 */
export function serverFiles(options: ServerFiles): Record<string, string> {
  return {
    "config.d/10-server.xml": serverXml,
    "config.d/20-zookeeper.xml": config(
      `<zookeeper>${fromEnv("identity", "CLICKHOUSE_ZOOKEEPER_IDENTITY")}</zookeeper>`,
    ),
    "config.d/30-kafka.xml": kafkaXml(options.kafka),
    "config.d/40-vault.xml": vaultXml(options),
    // The operator's own has no password, and is let in from every pod of the cluster.
    "users.d/remove-default-user.xml": config('<users><default remove="1"/></users>'),
  };
}

const serverXml = config(`
  <timezone>UTC</timezone>
  <keep_alive_timeout>3</keep_alive_timeout>
  <max_concurrent_queries>100</max_concurrent_queries>
  <max_server_memory_usage_to_ram_ratio>0.8</max_server_memory_usage_to_ram_ratio>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <prometheus>
    <endpoint>/metrics</endpoint>
    ${element("port", ports.metrics)}
    <metrics>true</metrics><events>true</events><asynchronous_metrics>true</asynchronous_metrics>
  </prometheus>`);

/**
 * The global section, which the Kafka table of `attach` reads: its statement names no login. Options are
 * those of librdkafka (CONFIGURATION.md of confluentinc/librdkafka), underscores for dots.
 */
function kafkaXml(kind: ServerFiles["kafka"]): string {
  const login =
    kind === "scram"
      ? `<security_protocol>sasl_ssl</security_protocol>
    <sasl_mechanism>SCRAM-SHA-512</sasl_mechanism>
    ${fromEnv("sasl_username", "CLICKHOUSE_KAFKA_USERNAME")}
    ${fromEnv("sasl_password", "CLICKHOUSE_KAFKA_PASSWORD")}
    ${element("ssl_ca_location", publicAuthorities)}`
      : `<security_protocol>ssl</security_protocol>
    ${element("ssl_ca_location", `${kafkaFolder}/${kafkaFiles.ca}`)}
    ${element("ssl_certificate_location", `${kafkaFolder}/${kafkaFiles.certificate}`)}
    ${element("ssl_key_location", `${kafkaFolder}/${kafkaFiles.privateKey}`)}`;
  return config(`
  <kafka>
    ${login}
    ${element("session_timeout_ms", KAFKA_SESSION_TIMEOUT_MS)}
    <heartbeat_interval_ms>1000</heartbeat_interval_ms>
    <auto_offset_reset>earliest</auto_offset_reset>
    <isolation_level>read_committed</isolation_level>
    ${element("message_max_bytes", maxMessageBytes)}
    ${element("fetch_message_max_bytes", maxMessageBytes)}
    <reconnect_backoff_max_ms>1000</reconnect_backoff_max_ms>
  </kafka>`);
}

/** `s3_plain`: an object's key is its path, so a backup lies in the bucket under its own name. */
function vaultXml({ vault, vaultLogin }: ServerFiles): string {
  const login =
    vaultLogin === "environment"
      ? "<use_environment_credentials>true</use_environment_credentials>"
      : fromEnv("access_key_id", "CLICKHOUSE_VAULT_ACCESS_KEY_ID") +
        fromEnv("secret_access_key", "CLICKHOUSE_VAULT_SECRET_ACCESS_KEY");
  const server = s3Endpoint(vault);
  return config(`
  <storage_configuration><disks><${backupDisk}>
    <type>s3_plain</type>
    ${element("endpoint", `${server}/${vault.bucket}/`)}
    ${element("region", vault.region)}
    ${login}
    <skip_access_check>true</skip_access_check>
  </${backupDisk}></disks></storage_configuration>
  <!-- The table function s3() takes keys but no region: it finds it here, by the endpoint. Without keys in
       the call it logs in as the disk does. -->
  <s3><${backupDisk}>
    ${element("endpoint", `${server}/`)}
    ${element("region", vault.region)}
    ${vaultLogin === "environment" ? login : ""}
  </${backupDisk}></s3>
  <backups>
    ${element("allowed_disk", backupDisk)}
    <allow_concurrent_backups>false</allow_concurrent_backups>
    <allow_concurrent_restores>false</allow_concurrent_restores>
  </backups>`);
}

/** As on the local platform (engines/clickhouse.ts says why). */
export const profiles = {
  "default/optimize_on_insert": 0,
  "default/throw_on_max_partitions_per_insert_block": 0,
  "reader/readonly": 2,
};

/**
 * With the vault by the pod's own identity: `s3()` may use it, which the server refuses by default since
 * 26.7. Of the two logins only `admin` may call `s3()` at all.
 * https://clickhouse.com/docs/reference/settings/session-settings/s3-allow
 *
 * With shards: what the Kafka table commits lies in its shard, never in a queue on the way.
 */
export function profilesFor({
  vaultLogin,
  shards,
}: Pick<ServerFiles, "vaultLogin"> & { readonly shards: number }): Record<string, number> {
  const own = "default/s3_allow_server_credentials_in_user_queries";
  return {
    ...profiles,
    ...(vaultLogin === "environment" ? { [own]: 1 } : {}),
    ...(shards > 1 ? { "default/distributed_foreground_insert": 1 } : {}),
  };
}

/**
 * The two logins: `admin` for steps, `reader` for people and dashboards.
 *
 * @param networks from where they may log in
 * @param secret name of the Secret with the hashes of their passwords
 */
export function users(networks: readonly string[], secret: string): Record<string, unknown> {
  const user = (name: "admin" | "reader", profile: string) => ({
    [`${name}/password_sha256_hex`]: {
      valueFrom: { secretKeyRef: { name: secret, key: `${name}-password-sha256` } },
    },
    [`${name}/networks/ip`]: networks,
    [`${name}/profile`]: profile,
    [`${name}/quota`]: "default",
  });
  return {
    ...user("admin", "default"),
    ...user("reader", "reader"),
    "reader/grants/query": [`GRANT SELECT ON ${database}.*`],
  };
}

function config(content: string): string {
  return `<clickhouse>${content}\n</clickhouse>\n`;
}

function fromEnv(name: string, variable: SecretVariable): string {
  return `<${name} from_env="${variable}"/>`;
}
