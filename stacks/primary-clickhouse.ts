import * as pulumi from "@pulumi/pulumi";
import { connect } from "../components/local/context.ts";
import { ClickHouseRecovery } from "../components/recovery/clickhouse.ts";
import type { ClickHouseConnection } from "../scripts/connection.ts";
import { history, newest } from "./history.ts";
import type { PrimaryArgs, PrimaryKafka } from "./primary-kafka.ts";
import type { PrimaryPostgres } from "./primary-postgres.ts";

export interface PrimaryClickHouse {
  readonly connection: pulumi.Output<ClickHouseConnection>;
  readonly postgres: PrimaryPostgres;
  /** It consumes. */
  readonly ready: pulumi.Resource;
  /** Results of the newest recovery in place, by box. */
  readonly recovered?: pulumi.Output<unknown>;
}

export interface PrimaryClickHouseArgs extends PrimaryArgs {
  /** What the server itself waits for; consuming waits for `after`. */
  readonly claimed: readonly pulumi.Resource[];
  readonly kafka: PrimaryKafka;
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
  const { settings, platform, steps, base, vault, writers, epochs } = args;
  const kafka = args.kafka.connection;
  const recovered = newest(history(settings), "clickhouse");
  const ensemble = newest(history(settings), "zookeeper");
  // A new ensemble means restarted brokers, and those may have delivered blocks twice while ClickHouse
  // went on: consuming is stopped, put right and started again.
  const attachAgain = ensemble !== undefined;
  const clickhouse = platform.clickhouse({
    name: recovered === undefined ? "clickhouse" : `clickhouse-${recovered.label}`,
    writers,
    kafka: args.kafka.brokers,
    ensemble: args.kafka.ensemble,
    ...(recovered === undefined ? {} : { recoveryId: recovered.label }),
    ...(ensemble === undefined ? {} : { restartedFor: ensemble.label }),
    // With a new ensemble only after the brokers' restart, which is what it restarts for.
    dependsOn: ensemble === undefined ? args.claimed : args.after,
  });
  const { connection } = clickhouse;
  const control = vault.recovery.control;
  if (recovered === undefined || epochs.recoveryId === undefined) {
    const structure = steps("structure", {
      command: "structure",
      connection: connect({ ...base, clickhouse: connection }),
    });
    const postgres = args.postgres(epochs.current, []);
    const attach = steps(
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

  const pick = platform.here(
    `${recovered.label}-pick`,
    {
      command: "pick-ledger",
      connection: connect({ ...base, vault: vault.recovery.near, trust: args.trust }),
      params: pulumi.output({ recoveryId: epochs.recoveryId }),
      once: true,
    },
    { dependsOn: [...args.after] },
  );
  let postgres: PrimaryPostgres | undefined;
  const recovery = new ClickHouseRecovery(recovered.label, {
    steps,
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
    vaultAdmin: vault.admin,
    trust: args.trust,
    reason: "ClickHouse was lost, Kafka lives on",
    clockMarginSeconds: settings.lease.clockMargin,
    beforeFence: [...args.after],
    generation: clickhouse.generation,
    attachAgain,
    skipFence: "negativeControl" in settings && settings.negativeControl === "skip-fence",
  });
  if (postgres === undefined) throw new Error("the recovery has not asked for PostgreSQL");
  return { connection, postgres, ready: recovery.proven, recovered: recovery.results };
}
