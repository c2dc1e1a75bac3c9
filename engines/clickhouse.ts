import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { s3Endpoint } from "../lib/aws.ts";
import { usersXml } from "./clickhouse-users.ts";
import type { ProcessSpec, RenderedFile } from "./process.ts";
import { element } from "./xml.ts";

/** A bucket that the server can write backups to and read them from, as a disk of its own. */
export interface ClickHouseDisk {
  /** Name in `BACKUP … TO Disk('NAME', …)`. */
  readonly name: string;
  /** For example `http://127.0.0.1:27070`. @default AWS's own of the region */
  readonly endpoint?: string | undefined;
  readonly bucket: string;
  readonly region: string;
  /** @default the credentials that the server finds in its environment */
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly sessionToken?: string | undefined;
}

export interface ClickHouseLogin {
  readonly username: string;
  readonly password: string;
}

/** Servers that hold the events together: each has a part of them and asks the others for theirs. */
export interface ClickHouseCluster {
  /** Name in `Distributed('NAME', …)`. */
  readonly name: string;
  /** Native ports on this machine, one server a shard, in the order of the shards. */
  readonly tcpPorts: readonly number[];
}

/** PEM texts of the epoch's client certificate: Kafka's principal is the certificate's CN. */
export interface ClickHouseKafkaIdentity {
  readonly ca: string;
  readonly certificate: string;
  readonly privateKey: string;
}

export interface ClickHouseOptions {
  readonly name: string;
  /** Absolute folder, the identity of the server. */
  readonly home: string;
  readonly httpPort: number;
  readonly tcpPort: number;
  /** Program that runs the embedded server's host. @default the running Node */
  readonly node?: string;
  /** A `clickhouse` binary; without one the embedded server of the npm package `@chdb/lib-linux-x64-gnu` runs. */
  readonly binary?: string;
  /** Anything: the server is restarted when it changes, and keeps its data. @default never */
  readonly restartedFor?: string;
  readonly admin: ClickHouseLogin;
  /** May SELECT from `database` and nothing else. */
  readonly reader?: ClickHouseLogin;
  /** @default "posthog" */
  readonly database?: string;
  /** @default [] */
  readonly disks?: readonly ClickHouseDisk[];
  /** Without it no Kafka table can log in to a TLS listener. */
  readonly kafka?: ClickHouseKafkaIdentity;
  /** `host:port` of each ensemble member. @default none: no replicated tables */
  readonly zookeeper?: readonly string[];
  /** @default {} */
  readonly macros?: Readonly<Record<string, string>>;
  /** @default none: this server holds every event */
  readonly cluster?: ClickHouseCluster;
  /** Upper bound of the server's memory, bytes. @default 2 GiB */
  readonly memoryBytes?: number;
}

/** Message size that the Kafka engine accepts, bytes: an event of 1 MB passes with room to spare. */
const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;

/** How long after its last sign of life a consumer is dropped from the group, ms. */
export const KAFKA_SESSION_TIMEOUT_MS = 6000;

/**
 * One ClickHouse server as a process: a real `clickhouse` when `binary` is given, else the server
 * inside `libchdb`. Both read the same rendered configuration.
 */
export function clickhouseServer(options: ClickHouseOptions): ProcessSpec {
  const config = join(options.home, "conf/config.xml");
  const argv =
    options.binary === undefined
      ? [
          options.node ?? process.execPath,
          fileURLToPath(new URL("./clickhouse-host.ts", import.meta.url)),
          options.home,
          String(options.httpPort),
          String(options.tcpPort),
        ]
      : [options.binary, "server", `--config-file=${config}`];
  return {
    name: options.name,
    home: options.home,
    argv,
    env: {
      NODE_NO_WARNINGS: "1",
      TZ: "UTC",
      ...(options.restartedFor === undefined
        ? {}
        : { RECOVER_RESTARTED_FOR: options.restartedFor }),
    },
    files: [
      { path: "conf/config.xml", content: configXml(options) },
      { path: "conf/users.xml", content: usersXml(options) },
      ...kafkaFiles(options.kafka),
    ],
    initialize: [["mkdir", "-p", join(options.home, "data")]],
    ports: { http: options.httpPort, tcp: options.tcpPort },
    health: { kind: "http", url: `http://127.0.0.1:${options.httpPort}/ping`, contains: "Ok" },
    startTimeoutSeconds: 60,
    stopSignal: "SIGTERM",
    stopTimeoutSeconds: 30,
  };
}

function kafkaFiles(kafka: ClickHouseKafkaIdentity | undefined): RenderedFile[] {
  if (kafka === undefined) return [];
  return [
    { path: "conf/kafka/ca.pem", content: kafka.ca },
    { path: "conf/kafka/certificate.pem", content: kafka.certificate },
    { path: "conf/kafka/key.pem", content: kafka.privateKey },
  ];
}

function configXml(options: ClickHouseOptions): string {
  const { home } = options;
  return `<?xml version="1.0"?>
<clickhouse>
${element("path", join(home, "data") + "/")}
${element("tmp_path", join(home, "data/tmp") + "/")}
${element("user_files_path", join(home, "data/user_files") + "/")}
${element("format_schema_path", join(home, "data/format_schemas") + "/")}
<listen_host>127.0.0.1</listen_host>
${element("http_port", options.httpPort)}
${element("tcp_port", options.tcpPort)}
<timezone>UTC</timezone>
<default_profile>default</default_profile>
<default_database>default</default_database>
${element("users_config", join(home, "conf/users.xml"))}
<user_directories><users_xml>${element("path", join(home, "conf/users.xml"))}</users_xml></user_directories>
<logger>
  <level>information</level>
  ${element("log", join(home, "log/clickhouse.log"))}
  ${element("errorlog", join(home, "log/clickhouse.err.log"))}
  <size>32M</size><count>2</count><console>0</console>
</logger>
${element("max_server_memory_usage", options.memoryBytes ?? 2 * 1024 ** 3)}
<mark_cache_size>67108864</mark_cache_size>
<uncompressed_cache_size>0</uncompressed_cache_size>
<keep_alive_timeout>3</keep_alive_timeout>
<max_concurrent_queries>100</max_concurrent_queries>
<background_pool_size>4</background_pool_size>
<background_schedule_pool_size>8</background_schedule_pool_size>
<background_message_broker_schedule_pool_size>4</background_message_broker_schedule_pool_size>
<merge_tree>
  <number_of_free_entries_in_pool_to_execute_mutation>2</number_of_free_entries_in_pool_to_execute_mutation>
  <number_of_free_entries_in_pool_to_lower_max_size_of_merge>2</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
  <number_of_free_entries_in_pool_to_execute_optimize_entire_partition>2</number_of_free_entries_in_pool_to_execute_optimize_entire_partition>
</merge_tree>
<macros>${Object.entries(options.macros ?? {})
    .map(([name, value]) => element(name, value))
    .join("")}</macros>
${storageXml(options.disks ?? [])}
${kafkaXml(options)}
${zookeeperXml(options.zookeeper ?? [])}${clusterXml(options)}
</clickhouse>
`;
}

/** `s3_plain`: an object's key is its path, so a backup lies in the bucket under its own name. */
function storageXml(disks: readonly ClickHouseDisk[]): string {
  if (disks.length === 0) return "";
  const rendered = disks.map(
    (disk) => `<${disk.name}>
  <type>s3_plain</type>
  ${element("endpoint", `${s3Endpoint(disk)}/${disk.bucket}/`)}
  ${element("region", disk.region)}
  ${diskLogin(disk)}
  <skip_access_check>true</skip_access_check>
</${disk.name}>`,
  );
  // The table function s3() takes keys but no region: it finds it here, by the endpoint.
  const regions = disks.map(
    (disk) => `<${disk.name}>
  ${element("endpoint", `${s3Endpoint(disk)}/`)}
  ${element("region", disk.region)}${disk.accessKeyId === undefined ? environmentLogin : ""}
</${disk.name}>`,
  );
  return `<storage_configuration><disks>
${rendered.join("\n")}
</disks></storage_configuration>
<s3>
${regions.join("\n")}
</s3>
<backups>
  ${disks.map((disk) => element("allowed_disk", disk.name)).join("\n  ")}
  <allow_concurrent_backups>false</allow_concurrent_backups>
  <allow_concurrent_restores>false</allow_concurrent_restores>
</backups>`;
}

/** For a call of `s3()` without keys, too. */
const environmentLogin = `
  <use_environment_credentials>true</use_environment_credentials>`;

function diskLogin({ accessKeyId, secretAccessKey = "", sessionToken }: ClickHouseDisk): string {
  if (accessKeyId === undefined) return environmentLogin.trim();
  return [
    element("access_key_id", accessKeyId),
    element("secret_access_key", secretAccessKey),
    ...(sessionToken === undefined ? [] : [element("session_token", sessionToken)]),
  ].join("\n  ");
}

/** Options of librdkafka, underscores for dots: CONFIGURATION.md of confluentinc/librdkafka. */
function kafkaXml({ home, kafka }: ClickHouseOptions): string {
  const login =
    kafka === undefined
      ? ""
      : `<security_protocol>ssl</security_protocol>
  ${element("ssl_ca_location", join(home, "conf/kafka/ca.pem"))}
  ${element("ssl_certificate_location", join(home, "conf/kafka/certificate.pem"))}
  ${element("ssl_key_location", join(home, "conf/kafka/key.pem"))}
  <ssl_endpoint_identification_algorithm>none</ssl_endpoint_identification_algorithm>`;
  return `<kafka>
  ${login}
  <session_timeout_ms>${KAFKA_SESSION_TIMEOUT_MS}</session_timeout_ms>
  <heartbeat_interval_ms>1000</heartbeat_interval_ms>
  <auto_offset_reset>earliest</auto_offset_reset>
  <isolation_level>read_committed</isolation_level>
  <message_max_bytes>${MAX_MESSAGE_BYTES}</message_max_bytes>
  <fetch_message_max_bytes>${MAX_MESSAGE_BYTES}</fetch_message_max_bytes>
  <reconnect_backoff_max_ms>1000</reconnect_backoff_max_ms>
</kafka>`;
}

function zookeeperXml(members: readonly string[]): string {
  if (members.length === 0) return "";
  const nodes = members.map((member) => {
    const [host = "", port = ""] = member.split(":");
    return `<node>${element("host", host)}${element("port", port)}</node>`;
  });
  return `<zookeeper>${nodes.join("")}</zookeeper>`;
}

/** Servers log in to each other as the administrator. One alone is configured as ever, to the byte: it is not restarted. */
function clusterXml({ cluster, admin }: ClickHouseOptions): string {
  if (cluster === undefined) return "";
  const shards = cluster.tcpPorts.map(
    (port) => `<shard><replica>
    <host>127.0.0.1</host>${element("port", port)}
    ${element("user", admin.username)}${element("password", admin.password)}
  </replica></shard>`,
  );
  return `
<remote_servers><${cluster.name}>
  ${shards.join("\n  ")}
</${cluster.name}></remote_servers>`;
}
