import { renderProperties } from "./properties.ts";
import type { KafkaBrokerOptions } from "./kafka.ts";

/** Largest message of every topic, client and replica, in bytes: an event of 1 MB must pass. */
export const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;

/** A broker's certificate `CN=broker` and the operator's `CN=admin` or login `admin` pass every ACL. */
const SUPER_USERS = "User:admin;User:broker";

const MEBIBYTE = 1024 * 1024;

/** `server.properties` of one broker (Kafka 3.9 configuration reference). */
export function renderServerProperties(options: KafkaBrokerOptions, data: string): string {
  return renderProperties({
    ...identity(options),
    "log.dirs": data,
    ...listeners(options),
    ...certificates(options),
    ...safety(options),
    ...retention(options),
    ...smallMachine(),
  });
}

function identity(options: KafkaBrokerOptions): Record<string, string | number | boolean> {
  const { coordination } = options;
  if (coordination.kind === "zookeeper") {
    return {
      "broker.id": options.id,
      "zookeeper.connect": coordination.connect,
      "zookeeper.set.acl": true,
      "zookeeper.session.timeout.ms": 6000,
      "zookeeper.connection.timeout.ms": 30_000,
      "authorizer.class.name": "kafka.security.authorizer.AclAuthorizer",
    };
  }
  const { controller } = coordination;
  return {
    "node.id": options.id,
    "process.roles": controller.id === options.id ? "broker,controller" : "broker",
    "controller.quorum.voters": `${String(controller.id)}@127.0.0.1:${String(controller.port)}`,
    "controller.listener.names": "CONTROLLER",
    // A broker that was killed may register again when its former self has timed out.
    "broker.session.timeout.ms": 6000,
    "broker.heartbeat.interval.ms": 1000,
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
  };
}

function listeners(options: KafkaBrokerOptions): Record<string, string | number | boolean> {
  const { ports, coordination } = options;
  const open = [
    `SSL://127.0.0.1:${String(ports.tls)}`,
    `SASL_PLAINTEXT://127.0.0.1:${String(ports.sasl)}`,
  ];
  const controller =
    coordination.kind === "kraft" && coordination.controller.id === options.id
      ? [`CONTROLLER://127.0.0.1:${String(coordination.controller.port)}`]
      : [];
  return {
    listeners: [...open, ...controller].join(","),
    "advertised.listeners": open.join(","),
    "listener.security.protocol.map": "SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:SSL",
    "inter.broker.listener.name": "SSL",
    "sasl.enabled.mechanisms": "SCRAM-SHA-512",
    "listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config":
      "org.apache.kafka.common.security.scram.ScramLoginModule required;",
  };
}

function certificates(options: KafkaBrokerOptions): Record<string, string> {
  return {
    "ssl.client.auth": "required",
    "ssl.keystore.type": "PEM",
    "ssl.keystore.certificate.chain": options.tls.certificate,
    "ssl.keystore.key": options.tls.privateKey,
    "ssl.truststore.type": "PEM",
    "ssl.truststore.certificates": options.tls.ca,
    // CN=clickhouse-e7 is the principal User:clickhouse-e7.
    "ssl.principal.mapping.rules": "RULE:^CN=([^,]+)$/$1/,DEFAULT",
  };
}

function safety(options: KafkaBrokerOptions): Record<string, string | number | boolean> {
  const { replicationFactor, minInsyncReplicas } = options;
  return {
    "super.users": SUPER_USERS,
    "allow.everyone.if.no.acl.found": false,
    "auto.create.topics.enable": false,
    "unclean.leader.election.enable": false,
    "default.replication.factor": replicationFactor,
    "min.insync.replicas": minInsyncReplicas,
    "offsets.topic.replication.factor": replicationFactor,
    "transaction.state.log.replication.factor": replicationFactor,
    "transaction.state.log.min.isr": minInsyncReplicas,
    "message.max.bytes": MAX_MESSAGE_BYTES,
    "replica.fetch.max.bytes": MAX_MESSAGE_BYTES,
    "replica.fetch.response.max.bytes": 2 * MAX_MESSAGE_BYTES,
    // A fenced member is out of the group as fast as its session may end.
    "group.min.session.timeout.ms": 1000,
    "group.initial.rebalance.delay.ms": 0,
  };
}

function retention(options: KafkaBrokerOptions): Record<string, string | number | boolean> {
  return {
    "log.retention.ms": (options.retentionSeconds ?? 7 * 86_400) * 1000,
    "log.retention.bytes": options.retentionBytesPerPartition ?? 1024 * MEBIBYTE,
    "log.segment.bytes": 64 * MEBIBYTE,
    // An empty group keeps its cursors: a recovery may come long after the consumer went.
    "offsets.retention.minutes": 365 * 24 * 60,
  };
}

/** Keeps a broker alive and quick in 256 MB of heap and two shared cores. */
function smallMachine(): Record<string, string | number | boolean> {
  return {
    "num.network.threads": 2,
    "num.io.threads": 4,
    "background.threads": 2,
    "num.recovery.threads.per.data.dir": 2,
    "offsets.topic.num.partitions": 4,
    "transaction.state.log.num.partitions": 4,
    "log.cleaner.dedupe.buffer.size": 2 * MEBIBYTE,
    "log.cleaner.io.buffer.size": 65_536,
    "queued.max.requests": 50,
    // When both brokers stop, the last one finds nobody to hand its partitions to.
    "controlled.shutdown.max.retries": 1,
    "controlled.shutdown.retry.backoff.ms": 500,
  };
}
