import * as pulumi from "@pulumi/pulumi";
import type { ConnectionParts } from "../components/local/context.ts";
import type { Connection, KafkaConnection } from "../scripts/connection.ts";
import type { Pairing, Part, Platform } from "./platform.ts";

export interface OutputArgs {
  readonly base: ConnectionParts;
  readonly kafka: Part<"kafka">;
  readonly kafkaSecurityProtocol: Platform["kafkaSecurityProtocol"];
  readonly clickhouse: Part<"clickhouse">;
  readonly postgres: Part<"postgres">;
  readonly zookeeper?: Part<"zookeeper">;
  readonly vault: Part<"vault">;
  readonly control: Part<"control">;
  readonly signing?: Part<"signing">;
  readonly trust: Part<"trust">;
  /** Connection of the backup job, for `backup` by hand. */
  readonly backup: pulumi.Output<Connection>;
  /** What a standby's own config must hold before the day. @default none: this stack has no standby */
  readonly standby?: Pairing;
  readonly recovery?: pulumi.Input<unknown>;
  /** What the copy in the other region was found to hold. @default none: this stack makes none */
  readonly reprotection?: pulumi.Input<unknown>;
}

/** The stack's outputs: the same names on every platform and in both roles; logins are secrets. */
export function outputsOf(args: OutputArgs): Record<string, pulumi.Input<unknown>> {
  const kafka = pulumi.output(args.kafka);
  const clickhouse = pulumi.output(args.clickhouse);
  const vault = pulumi.output(args.vault);
  const plain = <T>(value: pulumi.Output<T>) => pulumi.unsecret(value);
  return {
    kafkaBootstrap: plain(kafka.bootstrap),
    kafkaSecurityProtocol: args.kafkaSecurityProtocol,
    kafkaSaslMechanism: "SCRAM-SHA-512",
    kafkaUsername: plain(kafka.apply((k) => k.producer?.username)),
    kafkaPassword: kafka.apply((k) => k.producer?.password),
    kafkaClientProperties: pulumi.secret(
      kafka.apply((k) => clientProperties(k.producer, args.kafkaSecurityProtocol)),
    ),
    kafkaClusterId: plain(kafka.clusterId),
    eventsTopic: plain(kafka.topic),
    clickhouseUrl: plain(clickhouse.url),
    clickhouseUsername: plain(clickhouse.apply((c) => c.reader?.username)),
    clickhousePassword: clickhouse.apply((c) => c.reader?.password),
    eventsTable: plain(clickhouse.apply((c) => `${c.database}.events`)),
    postgresUrl: pulumi.output(args.postgres).url,
    vault: plain(
      vault.apply(({ endpoint, region, backups, archive }) => ({
        endpoint,
        region,
        backups,
        archive,
      })),
    ),
    epoch: plain(pulumi.output(args.base.epoch ?? 1)),
    connection: pulumi.secret({
      ...args.base,
      kafka: args.kafka,
      clickhouse: args.clickhouse,
      postgres: args.postgres,
      ...(args.zookeeper === undefined ? {} : { zookeeper: args.zookeeper }),
      vault: args.vault,
      control: args.control,
      trust: args.trust,
    }),
    backupConnection: pulumi.secret(args.backup),
    ...(args.standby === undefined ? {} : { standbyConfig: pulumi.secret(args.standby) }),
    ...(args.reprotection === undefined ? {} : { reprotection: args.reprotection }),
    ...(args.recovery === undefined
      ? {}
      : {
          recovery: pulumi.output(args.recovery).apply(summaryOf),
          recoveryDetails: pulumi.secret(args.recovery),
        }),
  };
}

/** What Kafka's own tools take as `--producer.config`, `--consumer.config`, `--command-config`. */
function clientProperties(login: KafkaConnection["producer"], protocol: string): string {
  if (login === undefined) return "";
  return [
    `security.protocol=${protocol}`,
    "sasl.mechanism=SCRAM-SHA-512",
    "sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required " +
      `username="${login.username}" password="${login.password}";`,
    "",
  ].join("\n");
}

/** The lines of a recovery's report that a person reads after `pulumi up`; none of them is secret. */
const summaryFields = ["recoveryId", "seconds", "ledger", "rowsFrom", "rpo"] as const;

/** Of a standby's report, or of the results by box of a recovery in place. */
export function summaryOf(details: unknown): Record<string, unknown> {
  const report = asRecord(details);
  const resultOf = (box: string) => asRecord(asRecord(report[box])["result"]);
  const fence = { ...resultOf("fence"), ...asRecord(report["fence"]) };
  const proof = { ...resultOf("prove"), ...asRecord(report["proof"]) };
  const pick = (from: Record<string, unknown>, names: readonly string[]) =>
    Object.fromEntries(names.filter((name) => name in from).map((name) => [name, from[name]]));
  const { kind } = fence;
  return {
    ...pick(report, summaryFields),
    ...(typeof kind === "string"
      ? { fence: pick(fence, ["kind", "epoch", "oldPrincipalRefused"]) }
      : {}),
    proof: pick(proof, [
      "ok",
      "expected",
      "present",
      "deadLettered",
      "quarantined",
      "missing",
      "duplicated",
    ]),
  };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
