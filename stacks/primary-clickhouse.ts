import * as pulumi from "@pulumi/pulumi";
import { LocalClickHouse } from "../components/clickhouse/local.ts";
import { connect } from "../components/local/context.ts";
import { Step } from "../components/local/step.ts";
import { ClickHouseRecovery } from "../components/recovery/clickhouse.ts";
import type { EpochWriters } from "../components/vault/local.ts";
import type {
  ClickHouseConnection,
  ConsumerLogin,
  KafkaConnection,
  S3Access,
} from "../scripts/connection.ts";
import type { PrimaryArgs } from "./primary-kafka.ts";
import type { PrimaryPostgres } from "./primary-postgres.ts";
import { history, newest } from "./region.ts";
import { localBuckets } from "../scripts/vault/policies.ts";

export interface PrimaryClickHouse {
  readonly connection: pulumi.Output<ClickHouseConnection>;
  readonly postgres: PrimaryPostgres;
  /** It consumes. */
  readonly ready: pulumi.Resource;
  /** Results of the newest recovery in place, by box. */
  readonly recovered?: pulumi.Output<unknown>;
}

export interface PrimaryClickHouseArgs extends PrimaryArgs {
  readonly writers: EpochWriters;
  /** What the server itself waits for; consuming waits for `after`. */
  readonly claimed: readonly pulumi.Resource[];
  readonly vaultRoot: pulumi.Input<S3Access>;
  readonly kafka: pulumi.Output<KafkaConnection>;
  /** Of the epoch in force; known before the brokers are up, as is the CA. */
  readonly consumer: pulumi.Output<ConsumerLogin>;
  readonly kafkaCa: pulumi.Output<string>;
  /**
   * Makes PostgreSQL. Its WAL goes to an epoch that is held already: before the fence of a recovery in
   * place to the one before, where a standby would look for it.
   */
  readonly postgres: (
    epoch: pulumi.Output<number>,
    after: readonly pulumi.Resource[],
  ) => PrimaryPostgres;
}

/** ClickHouse: new, or after `clickhouse-lost` brought back beside the lost one, then consuming. */
export function clickhouseOf(args: PrimaryClickHouseArgs): PrimaryClickHouse {
  const { settings, region, base, vault, writers, epochs, kafka } = args;
  const recovered = newest(history(settings), "clickhouse");
  const ensemble = newest(history(settings), "zookeeper");
  // A new ensemble means restarted brokers, and those may have delivered blocks twice while ClickHouse
  // went on: consuming is stopped, put right and started again.
  const attachAgain = ensemble !== undefined;
  const clickhouse = new LocalClickHouse(
    recovered === undefined ? "clickhouse" : `clickhouse-${recovered.label}`,
    {
      region,
      backups: pulumi
        .output(writers.backup.near)
        .apply(({ backups, archive: _, ...side }) => ({ ...side, bucket: backups })),
      consumer: args.consumer,
      kafkaCa: args.kafkaCa,
      ...(recovered === undefined ? {} : { recoveryId: recovered.label }),
      ...(ensemble === undefined ? {} : { restartedFor: ensemble.label }),
    },
    // With a new ensemble only after the brokers' restart, which is what it restarts for.
    { dependsOn: ensemble === undefined ? [...args.claimed] : [...args.after] },
  );
  const { connection } = clickhouse;
  const control = vault.recovery.control;
  if (recovered === undefined || epochs.recoveryId === undefined) {
    const structure = new Step("structure", {
      command: "structure",
      connection: connect({ ...base, clickhouse: connection }),
    });
    const postgres = args.postgres(epochs.current, []);
    const attach = new Step(
      "attach",
      {
        command: "attach",
        connection: connect({
          ...base,
          clickhouse: connection,
          kafka,
          control,
          vault: vault.recovery.near,
          postgres: postgres.connection,
        }),
        params: attachAgain ? { again: true } : {},
        triggers: [clickhouse.generation],
      },
      { dependsOn: [structure, ...args.after, postgres.ready] },
    );
    return { connection, postgres, ready: attach };
  }

  const pick = new Step(
    `${recovered.label}-pick`,
    {
      command: "pick-ledger",
      connection: connect({ ...base, vault: vault.recovery.near, trust: args.trust }),
      params: pulumi.output({ recoveryId: epochs.recoveryId }),
    },
    // Chosen once: a login that changes later on is no reason to choose again.
    { dependsOn: [...args.after], ignoreChanges: ["connection", "params"] },
  );
  let postgres: PrimaryPostgres | undefined;
  const recovery = new ClickHouseRecovery(recovered.label, {
    recoveryId: epochs.recoveryId,
    base,
    picked: pick.result,
    clickhouse: connection,
    kafka,
    kafkaSurvived: true,
    pastFence: (fence) => {
      const armed = vault.arm(epochs.suffix, [fence]);
      postgres = args.postgres(fence.result.epoch, armed);
      return { postgres: postgres.connection, ready: [...armed, postgres.ready] };
    },
    vault: vault.recovery.near,
    control,
    vaultAdmin: pulumi.output(args.vaultRoot).apply((access) => ({
      ...access,
      backups: localBuckets.backups,
      archive: localBuckets.archive,
    })),
    trust: args.trust,
    reason: "ClickHouse was lost, Kafka lives on",
    clockMarginSeconds: settings.lease.clockMargin,
    beforeFence: [...args.after],
    generation: clickhouse.generation,
    attachAgain,
    skipFence: settings.negativeControl === "skip-fence",
  });
  if (postgres === undefined) throw new Error("the recovery has not asked for PostgreSQL");
  return { connection, postgres, ready: recovery.proven, recovered: recovery.results };
}
