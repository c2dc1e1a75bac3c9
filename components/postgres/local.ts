import * as pulumi from "@pulumi/pulumi";
import { postgresServer, type BarmanStore, type PostgresSource } from "../../engines/postgres.ts";
import { epochPrefix } from "../../scripts/archive/layout.ts";
import type { Connection, VaultSide } from "../../scripts/connection.ts";
import { endpointOf, keyed } from "../../scripts/s3-access.ts";
import { homeOf, type LocalRegion } from "../local/context.ts";
import { Key } from "../local/key.ts";
import { Process } from "../local/process.ts";

export interface LocalPostgresArgs {
  readonly region: LocalRegion;
  /** Epoch in force and its line: the prefix that WAL and base backups go to. */
  readonly epoch: pulumi.Input<number>;
  readonly line: pulumi.Input<string>;
  /** The epoch's login for WAL and base backups. */
  readonly archive: pulumi.Input<VaultSide>;
  /** Empty, or the vault's copy to restore from. */
  readonly source: pulumi.Input<PostgresSource>;
  /**
   * Seconds after which an unfinished WAL segment is archived.
   *
   * @remarks Recovery: together with the replication lag, the most that PostgreSQL loses with its region.
   */
  readonly archiveTimeoutSeconds: number;
  /** Which recovery this server comes from; it gets a folder and a port of its own. */
  readonly recoveryId?: string;
}

/** PostgreSQL on this machine with base backups and continuous WAL archiving by barman-cloud. */
export class LocalPostgres extends pulumi.ComponentResource {
  readonly connection: pulumi.Output<NonNullable<Connection["postgres"]>>;
  /** Accepts connections, its recovery has ended. */
  readonly server: Process;

  constructor(name: string, args: LocalPostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:postgres:LocalPostgres", name, {}, opts);
    const { region, recoveryId } = args;
    const suffix = recoveryId === undefined ? "" : `-${recoveryId}`;
    const home = homeOf(region, `postgres${suffix}`);
    const port = region.ports.postgres;
    const superuser = new Key(`${name}-superuser`, { kind: "password" }, { parent: this });
    this.server = new Process(
      `${name}-server`,
      pulumi
        .output({
          superuserPassword: superuser.value,
          archive: args.archive,
          source: args.source,
          prefix: pulumi
            .all([args.epoch, args.line])
            .apply(([epoch, line]) => epochPrefix(epoch, line)),
        })
        .apply(({ superuserPassword, archive, source, prefix }) =>
          postgresServer({
            name: `${region.name}/postgres${suffix}`,
            home,
            port,
            superuserPassword,
            source,
            archive: { ...barmanStore(archive), prefix },
            archiveTimeoutSeconds: args.archiveTimeoutSeconds,
            tools: region.tools,
          }),
        ),
      { parent: this },
    );
    this.connection = pulumi.secret(
      pulumi.output({ password: superuser.value, home: this.server.home }).apply((server) => ({
        url: `postgresql://postgres:${server.password}@127.0.0.1:${String(port)}/postgres`,
        dataDir: `${server.home}/data`,
      })),
    );
    this.registerOutputs({ connection: this.connection, server: this.server });
  }
}

/** The vault's backups bucket as barman-cloud needs it. */
export function barmanStore(side: VaultSide): BarmanStore {
  const { region, backups, accessKeyId, secretAccessKey } = keyed(side, "the local PostgreSQL");
  return { endpoint: endpointOf(side), region, bucket: backups, accessKeyId, secretAccessKey };
}
