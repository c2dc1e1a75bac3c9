import * as pulumi from "@pulumi/pulumi";
import { clickhouseServer, type ClickHouseDisk } from "../../engines/clickhouse.ts";
import type { ClickHouseConnection, ConsumerLogin } from "../../scripts/connection.ts";
import { certificateOf } from "../../scripts/kafka-connection.ts";
import { homeOf, type LocalRegion } from "../local/context.ts";
import { Key } from "../local/key.ts";
import { Process } from "../local/process.ts";

export interface LocalClickHouseArgs {
  readonly region: LocalRegion;
  /** Bucket of the backups, with the epoch's own login. */
  readonly backups: pulumi.Input<Omit<ClickHouseDisk, "name">>;
  /** The epoch's Kafka login. */
  readonly consumer: pulumi.Input<ConsumerLogin>;
  /** PEM of the CA of Kafka's TLS listener. */
  readonly kafkaCa: pulumi.Input<string>;
  /** Which recovery this server comes from; it gets a folder and ports of its own. */
  readonly recoveryId?: string;
  /**
   * Recovery for which this server is restarted: a consumer whose brokers came back without their
   * topics for a moment may never let go of its Kafka table, and a restart forgets that table.
   * @default none
   */
  readonly restartedFor?: string;
}

const backupDisk = "vault";

/**
 * One ClickHouse server on this machine (a `clickhouse` on PATH, else the embedded one). It holds no
 * Kafka table after a start: the ingest step makes them.
 */
export class LocalClickHouse extends pulumi.ComponentResource {
  readonly connection: pulumi.Output<ClickHouseConnection>;
  /** Grows at every start: a restart forgets the streaming tables. */
  readonly generation: pulumi.Output<number>;

  constructor(name: string, args: LocalClickHouseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:clickhouse:LocalClickHouse", name, {}, opts);
    const { region, recoveryId } = args;
    const admin = new Key(`${name}-admin`, { kind: "password" }, { parent: this });
    const reader = new Key(`${name}-reader`, { kind: "password" }, { parent: this });
    const suffix = recoveryId === undefined ? "" : `-${recoveryId}`;
    const { http, tcp } = region.ports.clickhouse;
    const server = new Process(
      `${name}-server`,
      pulumi
        .all([admin.value, reader.value, args.backups, args.consumer, args.kafkaCa])
        .apply(([adminPassword, readerPassword, backups, consumer, ca]) =>
          clickhouseServer({
            name: `${region.name}/clickhouse${suffix}`,
            home: homeOf(region, `clickhouse${suffix}`),
            httpPort: http,
            tcpPort: tcp,
            node: region.tools.node,
            ...(args.restartedFor === undefined ? {} : { restartedFor: args.restartedFor }),
            ...(region.tools.clickhouse === null ? {} : { binary: region.tools.clickhouse }),
            admin: { username: "admin", password: adminPassword },
            reader: { username: "reader", password: readerPassword },
            disks: [{ ...backups, name: backupDisk }],
            kafka: { ca, ...pemOf(consumer) },
          }),
        ),
      { parent: this },
    );
    this.generation = server.generation;
    this.connection = pulumi.secret(
      pulumi
        .all([admin.value, reader.value, server.home])
        .apply(([adminPassword, readerPassword]) => ({
          url: `http://127.0.0.1:${String(http)}`,
          username: "admin",
          password: adminPassword,
          database: "posthog",
          backupDisk,
          reader: { username: "reader", password: readerPassword },
        })),
    );
    this.registerOutputs({ connection: this.connection, generation: this.generation });
  }
}

function pemOf(consumer: ConsumerLogin) {
  const { certificate, privateKey } = certificateOf(consumer);
  return { certificate, privateKey };
}
