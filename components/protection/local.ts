import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../../scripts/connection.ts";
import { connect, daemon, type ConnectionParts, type LocalRegion } from "../local/context.ts";
import type { Process } from "../local/process.ts";
import type { EpochWriters } from "../vault/local.ts";

type Part<K extends keyof Connection> = pulumi.Input<NonNullable<Connection[K]>>;

/** A schedule, or the reason why there is none. */
export type Schedule = { readonly cron: string } | { readonly off: string };

export interface LocalProtectionArgs {
  readonly region: LocalRegion;
  /** Who protects, with the epoch in force. */
  readonly base: ConnectionParts;
  readonly writers: EpochWriters;
  readonly kafka: Part<"kafka">;
  readonly clickhouse: Part<"clickhouse">;
  readonly postgres: Part<"postgres">;
  /** @default none: Kafka in KRaft mode has no ensemble */
  readonly zookeeper?: Part<"zookeeper">;
  readonly signing: Part<"signing">;
  readonly trust: Part<"trust">;
  /** @remarks Recovery: bounds the events that lie in Kafka alone. */
  readonly archiveFlushSeconds: number;
  readonly lease: { readonly ttl: number; readonly renew: number };
  readonly fullBackups: Schedule;
  readonly incrementalBackups: Schedule;
  readonly zookeeperSnapshotSeconds: number;
  /** What must be up before the archiver starts. */
  readonly archiverAfter: readonly pulumi.Resource[];
  /** What must be up before the lease is kept and backups are made. */
  readonly ingestAfter: readonly pulumi.Resource[];
}

/**
 * What keeps a running platform recoverable: the archiver, the lease keeper and the backup schedule,
 * each with the logins of the epoch in force.
 */
export class LocalProtection extends pulumi.ComponentResource {
  readonly archiver: Process;
  readonly keeper: Process;
  readonly schedule: Process;
  /** What a backup needs, for the schedule and for `backup` by hand. */
  readonly backupConnection: pulumi.Output<Connection>;

  constructor(name: string, args: LocalProtectionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:protection:LocalProtection", name, {}, opts);
    const { region, base, writers, kafka, clickhouse, postgres } = args;
    this.archiver = daemon(
      "archiver",
      {
        region,
        command: "archive",
        connection: connect({
          ...base,
          kafka,
          vault: writers.archiver.near,
          control: writers.archiver.control,
        }),
        params: { flushSeconds: args.archiveFlushSeconds },
      },
      { parent: this, dependsOn: [...args.archiverAfter] },
    );
    this.keeper = daemon(
      "lease-keeper",
      {
        region,
        command: "keep-lease",
        connection: connect({
          ...base,
          kafka,
          clickhouse,
          postgres,
          control: writers.lease.control,
        }),
        params: { ttlSeconds: args.lease.ttl, renewSeconds: args.lease.renew },
      },
      { parent: this, dependsOn: [...args.ingestAfter] },
    );
    this.backupConnection = connect({
      ...base,
      kafka,
      clickhouse,
      postgres,
      ...(args.zookeeper === undefined ? {} : { zookeeper: args.zookeeper }),
      vault: writers.backup.near,
      control: writers.backup.control,
      signing: args.signing,
      trust: args.trust,
    });
    this.schedule = daemon(
      "backup-schedule",
      {
        region,
        command: "schedule-backups",
        connection: this.backupConnection,
        params: {
          ...("cron" in args.fullBackups ? { fullCron: args.fullBackups.cron } : {}),
          ...("cron" in args.incrementalBackups
            ? { incrementalCron: args.incrementalBackups.cron }
            : {}),
          zookeeperSeconds: args.zookeeperSnapshotSeconds,
          // Full backups that are off stay off: not even a first one.
          initial: "cron" in args.fullBackups,
        },
      },
      { parent: this, dependsOn: [...args.ingestAfter] },
    );
    this.registerOutputs({
      archiver: this.archiver,
      keeper: this.keeper,
      schedule: this.schedule,
      backupConnection: this.backupConnection,
    });
  }
}
