import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../../scripts/connection.ts";
import { KubernetesCronJob } from "../job/cron.ts";
import { KubernetesDaemon } from "../job/daemon.ts";
import { reachOf } from "../job/factory.ts";
import type { KubernetesRunner } from "../job/runner.ts";
import { KubernetesStep } from "../job/step.ts";
import { connect, type ConnectionParts } from "../local/context.ts";
import type { EpochWriters } from "../vault/local.ts";
import type { Schedule } from "./local.ts";

type Part<K extends keyof Connection> = pulumi.Input<NonNullable<Connection[K]>>;

export interface AwsProtectionArgs {
  readonly runner: KubernetesRunner;
  /** Who protects, with the epoch in force. */
  readonly base: ConnectionParts;
  /** The logins of the epoch in force. */
  readonly writers: Pick<EpochWriters, "backup" | "lease">;
  /** Reads all of the vault, for the audit: the archives of earlier epochs too. */
  readonly recovery: { readonly near: Part<"vault">; readonly control: Part<"control"> };
  readonly kafka: Part<"kafka">;
  readonly clickhouse: Part<"clickhouse">;
  /** @default none: RDS backs itself up, and the lease needs no database */
  readonly postgres?: Part<"postgres">;
  /** @default none: backups record no snapshot of the ensemble */
  readonly zookeeper?: Part<"zookeeper">;
  readonly signing: Part<"signing">;
  readonly trust: Part<"trust">;
  /**
   * What archives events, as the archive's component made it: a connector or delivery streams, no pod of
   * ours.
   * @remarks Recovery: bounds the events that lie in Kafka alone.
   */
  readonly archiver: pulumi.Resource;
  readonly lease: { readonly ttl: number; readonly renew: number };
  readonly fullBackups: Schedule;
  readonly incrementalBackups: Schedule;
  /**
   * When archive, Kafka and ClickHouse are compared, offset by offset. Its result is the age of the last
   * proof, which readiness is judged by.
   * @remarks Recovery: what the archive lacks is found while Kafka still has it.
   */
  readonly audit: Schedule;
  /** How long a full backup may take. @default 720 */
  readonly backupMinutes?: number;
  /** What must be up before the lease is kept and backups are made. */
  readonly ingestAfter: readonly pulumi.Resource[];
  /** What metrics are published of, and where. @default the control bucket's region, no replication */
  readonly metrics?: {
    /** Where the alarms are. */
    readonly region: string;
    /** How long the archive's writer may collect events. */
    readonly flushSeconds: number;
    /** Rules of S3's replication, and the region of their source buckets. */
    readonly replication?: {
      readonly region: string;
      readonly rules: readonly {
        readonly source: pulumi.Input<string>;
        readonly destination: pulumi.Input<string>;
        readonly ruleId: string;
      }[];
    };
  };
  /** Service accounts with IAM roles, by command. @default accounts of their own, without any role */
  readonly serviceAccounts?: Readonly<Partial<Record<ProtectionCommand, pulumi.Input<string>>>>;
}

/** What runs as a pod here. */
export type ProtectionCommand =
  "backup" | "keep-ingest" | "keep-lease" | "prove" | "publish-metrics";

/** What runs at its times, each unless it is off. */
export interface BackupSchedule {
  readonly full: KubernetesCronJob | undefined;
  readonly incremental: KubernetesCronJob | undefined;
  readonly audit: KubernetesCronJob | undefined;
}

/**
 * What keeps a running platform on AWS recoverable: the archive, the lease keeper, the backup schedule
 * and the audit, each with the logins of the epoch in force; what starts ingest again when a pod of ClickHouse has
 * moved; and the metrics that alarms are raised by.
 *
 * @remarks Recovery: the first full backup of an epoch is part of `pulumi up`: without it there is nothing to
 * recover from, so the stack is not up.
 */
export class AwsProtection extends pulumi.ComponentResource {
  readonly archiver: pulumi.Resource;
  readonly keeper: KubernetesDaemon;
  readonly ingest: KubernetesDaemon;
  readonly metrics: KubernetesDaemon;
  readonly schedule: BackupSchedule;
  /** The first backup of this epoch; undefined when full backups are off. */
  readonly first: KubernetesStep | undefined;
  /** What a backup needs, for the schedule and for `backup` by hand. */
  readonly backupConnection: pulumi.Output<Connection>;

  private readonly args: AwsProtectionArgs;
  private readonly name: string;

  constructor(name: string, args: AwsProtectionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:protection:AwsProtection", name, {}, opts);
    this.args = args;
    this.name = name;
    this.archiver = args.archiver;
    this.backupConnection = this.connectBackup();
    this.keeper = this.createKeeper();
    this.ingest = this.createIngestKeeper();
    this.metrics = this.createMetrics();
    this.first = this.createFirstBackup();
    this.schedule = {
      full: this.createBackups("full", args.fullBackups),
      incremental: this.createBackups("incremental", args.incrementalBackups),
      audit: this.createAudit(),
    };
    this.registerOutputs({
      archiver: this.archiver,
      keeper: this.keeper,
      ingest: this.ingest,
      metrics: this.metrics,
      schedule: this.schedule,
      first: this.first,
      backupConnection: this.backupConnection,
    });
  }

  private connectBackup(): pulumi.Output<Connection> {
    const { base, kafka, clickhouse, postgres, zookeeper, writers, signing, trust } = this.args;
    return connect({
      ...base,
      kafka,
      clickhouse,
      ...(postgres === undefined ? {} : { postgres }),
      ...(zookeeper === undefined ? {} : { zookeeper }),
      vault: writers.backup.near,
      control: writers.backup.control,
      signing,
      trust,
    });
  }

  /** Renews the lease, and stops consuming when it cannot: this is how a lost region fences itself. */
  private createKeeper(): KubernetesDaemon {
    const { base, kafka, clickhouse, postgres, writers, lease } = this.args;
    return new KubernetesDaemon(
      `${this.name}-lease-keeper`,
      {
        ...this.pod("keep-lease"),
        command: "keep-lease",
        connection: connect({
          ...base,
          kafka,
          clickhouse,
          ...(postgres === undefined ? {} : { postgres }),
          control: writers.lease.control,
        }),
        params: { ttlSeconds: lease.ttl, renewSeconds: lease.renew },
      },
      this.afterIngest(),
    );
  }

  /** A server that Kubernetes has moved has forgotten its streaming tables, and no `up` is there to see it. */
  private createIngestKeeper(): KubernetesDaemon {
    const { base, kafka, clickhouse, writers } = this.args;
    return new KubernetesDaemon(
      `${this.name}-ingest-keeper`,
      {
        ...this.pod("keep-ingest"),
        command: "keep-ingest",
        connection: connect({
          ...base,
          kafka,
          clickhouse,
          vault: writers.backup.near,
          control: writers.backup.control,
        }),
      },
      this.afterIngest(),
    );
  }

  /** Without a value an alarm is raised too: what publishes them need not be watched itself. */
  private createMetrics(): KubernetesDaemon {
    const { base, kafka, postgres, recovery, trust, metrics = {} } = this.args;
    return new KubernetesDaemon(
      `${this.name}-metrics`,
      {
        ...this.pod("publish-metrics"),
        command: "publish-metrics",
        connection: connect({
          ...base,
          kafka,
          ...(postgres === undefined ? {} : { postgres }),
          vault: recovery.near,
          control: recovery.control,
          trust,
        }),
        params: pulumi.output({ ...metrics }),
      },
      this.afterIngest(),
    );
  }

  /** A schedule alone would leave a new epoch without a backup until it is due. */
  private createFirstBackup(): KubernetesStep | undefined {
    const { base, fullBackups, backupMinutes = 720 } = this.args;
    if ("off" in fullBackups) return undefined;
    return new KubernetesStep(
      `${this.name}-first-backup`,
      {
        ...this.pod("backup"),
        command: "backup",
        connection: this.backupConnection,
        params: { kind: "full" },
        // Later ones are the schedule's.
        once: true,
        recoveryId: pulumi.output(base.epoch ?? 1).apply((epoch) => `e${epoch}`),
        timeoutMinutes: backupMinutes,
      },
      this.afterIngest(),
    );
  }

  private createBackups(
    kind: "full" | "incremental",
    schedule: Schedule,
  ): KubernetesCronJob | undefined {
    if (this.isOff(`${kind} backups`, schedule)) return undefined;
    return new KubernetesCronJob(
      `${this.name}-${kind}`,
      {
        ...this.pod("backup"),
        command: "backup",
        connection: this.backupConnection,
        params: { kind },
        cron: schedule.cron,
        timeoutMinutes: this.args.backupMinutes ?? 720,
      },
      this.afterIngest(),
    );
  }

  private createAudit(): KubernetesCronJob | undefined {
    const { audit, base, kafka, clickhouse, recovery, trust } = this.args;
    if (this.isOff("audits of the archive", audit)) return undefined;
    return new KubernetesCronJob(
      `${this.name}-audit`,
      {
        ...this.pod("prove"),
        command: "prove",
        connection: connect({
          ...base,
          kafka,
          clickhouse,
          vault: recovery.near,
          control: recovery.control,
          trust,
        }),
        cron: audit.cron,
      },
      this.afterIngest(),
    );
  }

  private isOff(what: string, schedule: Schedule): schedule is Extract<Schedule, { off: string }> {
    if (!("off" in schedule)) return false;
    void pulumi.log.warn(`There are no ${what}: ${schedule.off}`, this);
    return true;
  }

  private pod(command: ProtectionCommand) {
    return {
      runner: this.args.runner,
      reaches: reachOf[command] ?? [],
      serviceAccount: this.args.serviceAccounts?.[command],
    };
  }

  private afterIngest(): pulumi.ComponentResourceOptions {
    return { parent: this, dependsOn: [...this.args.ingestAfter] };
  }
}
