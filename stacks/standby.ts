import * as pulumi from "@pulumi/pulumi";
import { connect, type ConnectionParts } from "../components/local/context.ts";
import { Key } from "../components/local/key.ts";
import { resultsOf } from "../components/local/step.ts";
import { ClickHouseRecovery } from "../components/recovery/clickhouse.ts";
import { recoveryIdOf } from "./epochs.ts";
import { outputsOf } from "./outputs.ts";
import { reprotected } from "./reprotect.ts";
import type { Platform, Topology } from "./platform.ts";
import { isRehearsal, type Settings } from "./settings.ts";

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
 * prefix, whatever it reads is the primary's. In `mode: reprotect` it has recovered, and gets a standby of its own: the
 * vault is copied into another region, and the control bucket lies there from then on.
 */
export function standby(
  settings: Settings,
  platform: Platform,
): Record<string, pulumi.Input<unknown>> {
  const drill = isRehearsal(settings);
  const source = drill ? { line: sourceLine } : {};
  const owner = new Key("owner", { kind: "id" });
  const signing = new Key("signing", { kind: "ed25519" });
  const signer = pulumi.output({ keyId: signing.keyId, privateKey: signing.privateKey });
  const trust = pulumi
    .all([signing.keyId, signing.publicKey])
    .apply(([keyId, publicKey]) => ({ ...settings.trust, [keyId]: publicKey }));
  const line = drill ? owner.value.apply((id) => `drill-${id.slice(0, 8)}`) : sourceLine;
  const identity: ConnectionParts = {
    platform: platform.name,
    stack: pulumi.getStack(),
    role: "standby",
    region: settings.region,
    owner: owner.value,
    line,
    epoch: 1,
  };
  // To be protected again is no recovery of its own.
  const recoveryId = recoveryIdOf(drill ? "drill" : "failover", identity);
  const control = platform.control();

  // Before anything is touched: is the primary really gone, and what can we come back to?
  const gate = platform.here<{ nextEpoch: number }>("gate", {
    command: "gate",
    connection: connect({ ...identity, control }),
    params: pulumi.output({
      recoveryId,
      marginSeconds: settings.lease.clockMargin,
      ...(settings.takeoverReason === undefined ? {} : { takeoverReason: settings.takeoverReason }),
    }),
    guard: true,
  });
  const epoch = gate.result.nextEpoch;
  const base: ConnectionParts = { ...identity, epoch };
  const pick = platform.here<Picked>(
    "pick",
    {
      command: "pick-ledger",
      connection: connect({ ...base, vault: platform.vaultAdmin(), trust: settings.trust }),
      params: pulumi.output({ recoveryId, ...source }),
      once: true,
    },
    { dependsOn: [gate] },
  );
  const vault = platform.vault({ base, dependsOn: [gate] });
  const copy = platform.copy();
  const writers = vault.writersOf("", epoch, [gate]);
  const steps = platform.beside({ base, recoveryId, vault, writers, dependsOn: [gate] });

  // Independent branches: PostgreSQL · ZooKeeper and Kafka · ClickHouse.
  const postgres = platform.postgres({
    name: "postgres",
    base,
    writers,
    epoch,
    source: {
      vault: vault.recovery.near,
      epochs: pulumi
        .all([epoch, pick.result])
        .apply(([next, { epochs }]) => descending(drill ? Math.max(1, ...epochs) : next - 1)),
      line: sourceLine,
      picked: pick.result,
    },
    dependsOn: [pick],
  });
  const postgresSchema = steps(
    "postgres-schema",
    {
      command: "postgres-schema",
      connection: connect({ ...base, postgres: postgres.connection }),
    },
    { dependsOn: [postgres.resource] },
  );
  postgres.afterSchema?.(postgresSchema);
  const ensemble = platform.ensemble({ name: "zookeeper", dependsOn: [pick] });
  const zookeeper = ensemble === undefined ? {} : { zookeeper: ensemble.connection };
  const brokers = platform.kafka({
    name: "kafka",
    ensemble,
    consumerEpochs: [epoch],
    dependsOn: [pick],
  });
  const topology = steps<Topology>(
    "kafka-topology",
    {
      command: "kafka-topology",
      connection: connect({ ...base, kafka: brokers.withoutConsumers, ...zookeeper }),
      params: {},
    },
    { dependsOn: [brokers.resource] },
  );
  const kafka = pulumi.secret(
    pulumi
      .output({ connection: brokers.connection, made: topology.result })
      .apply(({ connection, made }) => ({ ...connection, clusterId: made.clusterId })),
  );
  const clickhouse = platform.clickhouse({
    name: "clickhouse",
    writers,
    kafka: brokers,
    ensemble,
    dependsOn: [pick],
  });

  const recovery = new ClickHouseRecovery("recovery", {
    steps,
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
    control: copy === undefined ? control : vault.recovery.control,
    vaultAdmin: vault.admin,
    trust,
    ...(drill ? { sourceLine } : {}),
    reason: drill ? "a drill" : (settings.takeoverReason ?? "the primary's region is lost"),
    ...(settings.takeoverReason === undefined ? {} : { takeoverReason: settings.takeoverReason }),
    ...(settings.acceptedLoss === undefined ? {} : { acceptedLoss: settings.acceptedLoss }),
    clockMarginSeconds: settings.lease.clockMargin,
    beforeFence: [postgresSchema],
    generation: clickhouse.generation,
  });

  // Protected again: archiver on before producers switch, then a backup.
  const protection = platform.protection({
    base,
    vault,
    writers,
    kafka,
    brokers,
    topology: topology.result,
    clickhouse: clickhouse.connection,
    postgres,
    ...zookeeper,
    signing: signer,
    trust,
    archiverAfter: [recovery.attached],
    ingestAfter: [recovery.proven],
  });
  const backup =
    protection.first ??
    steps(
      "first-backup",
      {
        command: "backup",
        connection: protection.backupConnection,
        params: { kind: "full" },
        triggers: [recoveryId],
      },
      { dependsOn: [recovery.proven, protection.archiver] },
    );
  const report = platform.here(
    "report",
    {
      // Of the recovery: what runs again later on, as behind a restart, changes nothing of it.
      once: true,
      command: "report",
      connection: connect({ ...base, control }),
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
  const reprotection =
    copy === undefined
      ? undefined
      : reprotected({
          platform,
          steps,
          base,
          copy,
          vault: vault.admin,
          trust,
          backup: protection.backupConnection,
          dependsOn: [recovery.proven, protection.archiver, backup],
        });
  return outputsOf({
    base,
    kafka,
    clickhouse: clickhouse.connection,
    postgres: postgres.connection,
    ...zookeeper,
    kafkaSecurityProtocol: platform.kafkaSecurityProtocol,
    vault: vault.recovery.near,
    control: vault.recovery.control,
    trust,
    backup: protection.backupConnection,
    recovery: report.result,
    ...(reprotection === undefined
      ? {}
      : {
          signing: signer,
          standby: { ...platform.pairing(epoch), trust },
          reprotection: reprotection.result,
        }),
  });
}

/** `[3, 2, 1]` */
function descending(from: number): number[] {
  return Array.from({ length: from }, (_, index) => from - index);
}
