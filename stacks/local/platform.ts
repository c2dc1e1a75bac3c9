import * as pulumi from "@pulumi/pulumi";
import { LocalClickHouse } from "../../components/clickhouse/local.ts";
import { localSteps } from "../../components/job/steps.ts";
import { LocalKafka } from "../../components/kafka/local.ts";
import { connect, daemon, type LocalRegion } from "../../components/local/context.ts";
import { barmanStore, LocalPostgres } from "../../components/postgres/local.ts";
import { LocalProtection } from "../../components/protection/local.ts";
import { LocalVault } from "../../components/vault/local.ts";
import { LocalS3 } from "../../components/vault/server.ts";
import { LocalZooKeeper } from "../../components/zookeeper/local.ts";
import type { PostgresSource } from "../../engines/postgres.ts";
import { epochPrefix } from "../../scripts/archive/layout.ts";
import type { ControlBucket, S3Access, VaultSide } from "../../scripts/connection.ts";
import { localBuckets } from "../../scripts/vault/policies.ts";
import type {
  Brokers,
  ClickHouseWish,
  Database,
  EngineWish,
  Ensemble,
  KafkaWish,
  Pairing,
  Platform,
  PlatformVault,
  PostgresWish,
  Protection,
  ProtectionWish,
  ReplicateWish,
  Servers,
  VaultWish,
} from "../platform.ts";
import { isRehearsal, type LocalSettings } from "../settings.ts";
import { localRegion } from "./region.ts";
import { vaultServer } from "./vault-server.ts";

/** Real engines as processes of this machine; a region is a folder, and its disaster `kill -9`. */
export class LocalPlatform implements Platform {
  readonly name = "local";
  readonly here = localSteps;
  readonly kafkaSecurityProtocol = "SASL_PLAINTEXT";
  private readonly settings: LocalSettings;
  private readonly root: string;
  private readonly near: LocalRegion;
  /** The S3 server of the standby's region, which has the control bucket. */
  private far: pulumi.Output<S3Access> | undefined;
  private ensembleMade: LocalZooKeeper | undefined;
  private kafkaMade: LocalKafka | undefined;

  /** @param root folder of the project */
  constructor(settings: LocalSettings, root: string) {
    this.settings = settings;
    this.root = root;
    const { role, region } = settings;
    const drill = isRehearsal(settings);
    this.near = localRegion(
      settings,
      root,
      region,
      role === "primary" ? 0 : drill ? 2 : 1,
      drill ? `${region}-drill` : region,
    );
  }

  control(): pulumi.Output<ControlBucket> {
    return this.farServer().apply((access) => ({ ...access, bucket: localBuckets.control }));
  }

  vaultAdmin(): pulumi.Output<VaultSide> {
    return rootOf(this.farServer());
  }

  vault({ base, dependsOn }: VaultWish): PlatformVault {
    const { settings } = this;
    const lockDays = Math.ceil(settings.lockFor / 86_400);
    const opts = { dependsOn: [...dependsOn] };
    const far = this.farServer();
    if (settings.role === "standby") {
      return withAdmin(new LocalVault("vault", { base, near: far, lockDays }, opts), far);
    }
    const near = new LocalS3("s3-near", { region: this.near }, opts).root;
    return withAdmin(new LocalVault("vault", { base, near, far, lockDays }, opts), near);
  }

  /** Not on this machine: a lost region takes the only other one. */
  copy(): undefined {
    return undefined;
  }

  beside(): typeof localSteps {
    return localSteps;
  }

  ensemble({ name, recoveryId, dependsOn }: EngineWish): Ensemble | undefined {
    if (this.settings.kafkaMode === "kraft") return undefined;
    const made = new LocalZooKeeper(
      name,
      { region: this.near, ...(recoveryId === undefined ? {} : { recoveryId }) },
      { dependsOn: [...dependsOn] },
    );
    this.ensembleMade = made;
    return { resource: made, connection: made.connection };
  }

  kafka({ name, consumerEpochs, dependsOn }: KafkaWish): Brokers {
    const { settings, ensembleMade: ensemble } = this;
    const made = new LocalKafka(
      name,
      {
        region: this.near,
        mode: settings.kafkaMode,
        ...(ensemble === undefined
          ? {}
          : { ensemble: { connect: ensemble.kafkaConnect, password: ensemble.kafkaPassword } }),
        topic: settings.eventsTopic,
        partitions: settings.partitions,
        consumerEpochs,
      },
      { dependsOn: [...dependsOn] },
    );
    this.kafkaMade = made;
    const { connection, withoutConsumers, consumers } = made;
    return { resource: made, connection, withoutConsumers, consumers };
  }

  clickhouse(wish: ClickHouseWish): Servers {
    const consumer = wish.kafka.consumers.at(-1);
    if (consumer === undefined || this.kafkaMade === undefined) {
      throw new Error("Kafka was made without a login for ClickHouse");
    }
    return new LocalClickHouse(
      wish.name,
      {
        region: this.near,
        backups: pulumi
          .output(wish.writers.backup.near)
          .apply(({ backups, archive: _, ...side }) => ({ ...side, bucket: backups })),
        consumer,
        kafkaCa: this.kafkaMade.ca,
        ...(wish.recoveryId === undefined ? {} : { recoveryId: wish.recoveryId }),
        ...(wish.restartedFor === undefined ? {} : { restartedFor: wish.restartedFor }),
      },
      { dependsOn: [...wish.dependsOn] },
    );
  }

  postgres({ source, ...wish }: PostgresWish): Database {
    const made = new LocalPostgres(
      wish.name,
      {
        region: this.near,
        epoch: wish.epoch,
        line: wish.base.line ?? "main",
        archive: wish.writers.wal.near,
        source:
          source === "new"
            ? { kind: "new" }
            : pulumi.all([source.vault, source.epochs]).apply(([side, epochs]): PostgresSource => ({
                kind: "restore",
                from: {
                  ...barmanStore(side),
                  prefixes: epochs.map((epoch) => epochPrefix(epoch, source.line)),
                },
                target: "latest",
              })),
        archiveTimeoutSeconds: this.settings.walTimeout,
        ...(wish.recoveryId === undefined ? {} : { recoveryId: wish.recoveryId }),
      },
      { dependsOn: [...wish.dependsOn] },
    );
    return { resource: made, connection: made.connection };
  }

  protection(wish: ProtectionWish): Protection {
    const { settings } = this;
    return new LocalProtection("protection", {
      region: this.near,
      base: wish.base,
      writers: wish.writers,
      kafka: wish.kafka,
      clickhouse: wish.clickhouse,
      postgres: wish.postgres.connection,
      ...(wish.zookeeper === undefined ? {} : { zookeeper: wish.zookeeper }),
      signing: wish.signing,
      trust: wish.trust,
      archiveFlushSeconds: settings.archiveFlush,
      lease: settings.lease,
      fullBackups: settings.fullBackups,
      incrementalBackups: settings.incrementalBackups,
      zookeeperSnapshotSeconds: settings.zookeeperSnapshots,
      archiverAfter: wish.archiverAfter,
      ingestAfter: wish.ingestAfter,
    });
  }

  /** Stands in for S3's replication. */
  replicate({ base, vault, replicators, dependsOn }: ReplicateWish): void {
    const { min, max, seed } = this.settings.replicationLag;
    daemon(
      "replicator",
      {
        region: this.near,
        command: "replicate",
        connection: connect({
          ...base,
          vault: replicators.reader,
          control: vault.recovery.control,
        }),
        params: pulumi.output({
          target: replicators.writer,
          minLagSeconds: min,
          maxLagSeconds: max,
          seed,
        }),
      },
      { dependsOn: [...dependsOn] },
    );
  }

  pairing(): Pairing {
    const { eventsTopic, partitions, kafkaMode, portBase } = this.settings;
    return {
      server: this.farServer(),
      settings: { eventsTopic, partitions, kafkaMode, portBase },
    };
  }

  private farServer(): pulumi.Output<S3Access> {
    this.far ??=
      this.settings.role === "standby"
        ? vaultServer(this.settings)
        : new LocalS3("s3-far", {
            region: localRegion(this.settings, this.root, this.settings.standbyRegion, 1),
          }).root;
    return this.far;
  }
}

/** The vault as the server's root user reaches it. */
function rootOf(server: pulumi.Output<S3Access>): pulumi.Output<VaultSide> {
  return server.apply((access) => ({
    ...access,
    backups: localBuckets.backups,
    archive: localBuckets.archive,
  }));
}

function withAdmin(vault: LocalVault, server: pulumi.Output<S3Access>): PlatformVault {
  return {
    recovery: vault.recovery,
    admin: rootOf(server),
    writersOf: (...args) => vault.writersOf(...args),
    arm: (...args) => vault.arm(...args),
    replicators: (...args) => vault.replicators(...args),
  };
}
