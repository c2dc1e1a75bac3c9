import * as pulumi from "@pulumi/pulumi";
import { LocalClickHouse } from "../components/clickhouse/local.ts";
import { LocalKafka } from "../components/kafka/local.ts";
import { connect, type ConnectionParts } from "../components/local/context.ts";
import { Key } from "../components/local/key.ts";
import { resultsOf, Step } from "../components/local/step.ts";
import { barmanStore, LocalPostgres } from "../components/postgres/local.ts";
import { LocalProtection } from "../components/protection/local.ts";
import { ClickHouseRecovery } from "../components/recovery/clickhouse.ts";
import { LocalVault } from "../components/vault/local.ts";
import { LocalZooKeeper } from "../components/zookeeper/local.ts";
import type { PostgresSource } from "../engines/postgres.ts";
import { epochPrefix } from "../scripts/archive/layout.ts";
import type { S3Access } from "../scripts/connection.ts";
import { recoveryIdOf } from "./epochs.ts";
import { outputsOf } from "./outputs.ts";
import { localRegion } from "./region.ts";
import type { Settings } from "./settings.ts";
import { localBuckets } from "../scripts/vault/policies.ts";

/** Line of the primary's epochs: what a standby reads, and what a failover goes on with. */
const sourceLine = "main";

/** What `pick-ledger` found, as far as the graph itself needs it. */
interface Picked {
  readonly epoch: number | null;
  readonly epochs: readonly number[];
}

/**
 * The standby: stands the platform up from the vault's copy in its own region. It reads nothing of the
 * primary's region, and everything before the fence leaves the primary untouched. In `mode: drill` it
 * does so beside a living primary, in an epoch line of its own: whatever it writes has that line's
 * prefix, whatever it reads is the primary's.
 */
export function standby(settings: Settings, root: string): Record<string, pulumi.Input<unknown>> {
  const drill = settings.mode === "drill";
  const region = localRegion(
    settings,
    root,
    settings.region,
    drill ? 2 : 1,
    drill ? `${settings.region}-drill` : settings.region,
  );
  const source = drill ? { line: sourceLine } : {};
  const owner = new Key("owner", { kind: "id" });
  const signing = new Key("signing", { kind: "ed25519" });
  const signer = pulumi.output({ keyId: signing.keyId, privateKey: signing.privateKey });
  const trust = pulumi
    .all([signing.keyId, signing.publicKey])
    .apply(([keyId, publicKey]) => ({ ...settings.trust, [keyId]: publicKey }));
  const line = drill ? owner.value.apply((id) => `drill-${id.slice(0, 8)}`) : sourceLine;
  const identity: ConnectionParts = {
    platform: "local",
    stack: pulumi.getStack(),
    role: "standby",
    region: settings.region,
    owner: owner.value,
    line,
    epoch: 1,
  };
  const recoveryId = recoveryIdOf(settings.mode, identity);
  const server = vaultServer(settings);
  const vaultAdmin = server.apply((access) => ({
    ...access,
    backups: localBuckets.backups,
    archive: localBuckets.archive,
  }));
  const controlAdmin = server.apply((access) => ({ ...access, bucket: localBuckets.control }));

  // Before anything is touched: is the primary really gone, and what can we come back to?
  const gate = new Step<{ nextEpoch: number }>("gate", {
    command: "gate",
    connection: connect({ ...identity, control: controlAdmin }),
    params: pulumi.output({
      recoveryId,
      marginSeconds: settings.lease.clockMargin,
      ...(settings.takeoverReason === undefined ? {} : { takeoverReason: settings.takeoverReason }),
    }),
    guard: true,
  });
  const epoch = gate.result.nextEpoch;
  const base: ConnectionParts = { ...identity, epoch };
  const pick = new Step<Picked>(
    "pick",
    {
      command: "pick-ledger",
      connection: connect({ ...base, vault: vaultAdmin, trust: settings.trust }),
      params: pulumi.output({ recoveryId, ...source }),
    },
    // Chosen once: a login that changes later on is no reason to choose again.
    { dependsOn: [gate], ignoreChanges: ["connection", "params"] },
  );
  const vault = new LocalVault(
    "vault",
    { base, near: server, lockDays: Math.ceil(settings.lockFor / 86_400) },
    { dependsOn: [gate] },
  );
  const writers = vault.writersOf("", epoch, [gate]);

  // Independent branches: PostgreSQL · ZooKeeper and Kafka · ClickHouse.
  const postgres = new LocalPostgres(
    "postgres",
    {
      region,
      epoch,
      line,
      archive: writers.wal.near,
      source: pulumi
        .all([vault.recovery.near, epoch, pick.result])
        .apply(([side, next, { epochs }]): PostgresSource => ({
          kind: "restore",
          from: {
            ...barmanStore(side),
            prefixes: descending(drill ? Math.max(1, ...epochs) : next - 1).map((each) =>
              epochPrefix(each, sourceLine),
            ),
          },
          target: "latest",
        })),
      archiveTimeoutSeconds: settings.walTimeout,
    },
    { dependsOn: [pick] },
  );
  const postgresSchema = new Step(
    "postgres-schema",
    {
      command: "postgres-schema",
      connection: connect({ ...base, postgres: postgres.connection }),
    },
    { dependsOn: [postgres] },
  );
  const zookeeper =
    settings.kafkaMode === "zookeeper"
      ? new LocalZooKeeper("zookeeper", { region }, { dependsOn: [pick] })
      : undefined;
  const brokers = new LocalKafka(
    "kafka",
    {
      region,
      mode: settings.kafkaMode,
      ...(zookeeper === undefined
        ? {}
        : { ensemble: { connect: zookeeper.kafkaConnect, password: zookeeper.kafkaPassword } }),
      topic: settings.eventsTopic,
      partitions: settings.partitions,
      consumerEpochs: [epoch],
    },
    { dependsOn: [pick] },
  );
  const topology = new Step<{ clusterId: string }>(
    "kafka-topology",
    {
      command: "kafka-topology",
      connection: connect({
        ...base,
        kafka: brokers.withoutConsumers,
        ...(zookeeper === undefined ? {} : { zookeeper: zookeeper.connection }),
      }),
      params: {},
    },
    { dependsOn: [brokers] },
  );
  const kafka = pulumi.secret(
    pulumi
      .output({ connection: brokers.connection, made: topology.result })
      .apply(({ connection, made }) => ({ ...connection, clusterId: made.clusterId })),
  );
  const [consumer] = brokers.consumers;
  if (consumer === undefined) throw new Error("Kafka was made without a login for ClickHouse");
  const clickhouse = new LocalClickHouse(
    "clickhouse",
    {
      region,
      backups: writers.backup.near.apply(({ backups, archive: _, ...side }) => ({
        ...side,
        bucket: backups,
      })),
      consumer,
      kafkaCa: brokers.ca,
    },
    { dependsOn: [pick] },
  );

  const recovery = new ClickHouseRecovery("recovery", {
    recoveryId,
    base,
    picked: pick.result,
    clickhouse: clickhouse.connection,
    kafka,
    kafkaSurvived: false,
    pastFence: (fence) => ({
      postgres: postgres.connection,
      // Beside a living primary its replication goes on.
      ready: drill ? vault.arm("", [fence]) : vault.replicators([fence]).made,
    }),
    vault: vault.recovery.near,
    control: controlAdmin,
    vaultAdmin,
    trust,
    ...(drill ? { sourceLine } : {}),
    reason: drill ? "a drill" : (settings.takeoverReason ?? "the primary's region is lost"),
    ...(settings.takeoverReason === undefined ? {} : { takeoverReason: settings.takeoverReason }),
    clockMarginSeconds: settings.lease.clockMargin,
    beforeFence: [postgresSchema],
    generation: clickhouse.generation,
  });

  // Protected again: archiver on before producers switch, then a backup.
  const protection = new LocalProtection("protection", {
    region,
    base,
    writers,
    kafka,
    clickhouse: clickhouse.connection,
    postgres: postgres.connection,
    ...(zookeeper === undefined ? {} : { zookeeper: zookeeper.connection }),
    signing: signer,
    trust,
    archiveFlushSeconds: settings.archiveFlush,
    lease: settings.lease,
    fullBackups: settings.fullBackups,
    incrementalBackups: settings.incrementalBackups,
    zookeeperSnapshotSeconds: settings.zookeeperSnapshots,
    archiverAfter: [recovery.attached],
    ingestAfter: [recovery.proven],
  });
  const backup = new Step(
    "first-backup",
    {
      command: "backup",
      connection: protection.backupConnection,
      params: { kind: "full" },
      triggers: [recoveryId],
    },
    { dependsOn: [recovery.proven, protection.archiver] },
  );
  const report = new Step(
    "report",
    {
      command: "report",
      connection: connect({ ...base, control: controlAdmin }),
      params: pulumi.output({
        recoveryId,
        // Outputs are joined, never spread: `{...output}` is the output itself.
        results: pulumi
          .all([resultsOf({ gate, pick }), recovery.results, backup.result])
          .apply(([before, boxes, result]) => ({ ...before, ...boxes, backup: result })),
      }),
    },
    { dependsOn: [backup] },
  );
  return outputsOf({
    base,
    kafka,
    clickhouse: clickhouse.connection,
    postgres: postgres.connection,
    ...(zookeeper === undefined ? {} : { zookeeper: zookeeper.connection }),
    vault: vault.recovery.near,
    control: vault.recovery.control,
    trust,
    backup: protection.backupConnection,
    recovery: report.result,
  });
}

/** `[3, 2, 1]` */
function descending(from: number): number[] {
  return Array.from({ length: from }, (_, index) => from - index);
}

/** The vault's server in the standby's region, from the standby's own config alone. */
function vaultServer(settings: Settings): pulumi.Output<S3Access> {
  const { vaultEndpoint, vaultAccessKeyId } = settings;
  const secret = new pulumi.Config("recover").getSecret("vaultSecretAccessKey");
  if (vaultEndpoint === undefined || vaultAccessKeyId === undefined || secret === undefined) {
    throw new Error(
      "This standby does not know the vault: recover:vaultEndpoint, recover:vaultAccessKeyId and " +
        "recover:vaultSecretAccessKey (a secret) must be in its own config, because on the day the primary " +
        "cannot be asked. Copy them while it is up: `npm run pair`.",
    );
  }
  return pulumi.secret(
    secret.apply((secretAccessKey) => ({
      endpoint: vaultEndpoint,
      region: settings.region,
      accessKeyId: vaultAccessKeyId,
      secretAccessKey,
    })),
  );
}
