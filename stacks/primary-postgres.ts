import * as pulumi from "@pulumi/pulumi";
import type { PostgresSource } from "../engines/postgres.ts";
import { connect } from "../components/local/context.ts";
import { Step } from "../components/local/step.ts";
import { barmanStore, LocalPostgres } from "../components/postgres/local.ts";
import type { EpochWriters } from "../components/vault/local.ts";
import { epochPrefix } from "../scripts/archive/layout.ts";
import type { Connection } from "../scripts/connection.ts";
import type { PrimaryArgs } from "./primary-kafka.ts";
import { history, newest } from "./region.ts";

export interface PrimaryPostgres {
  readonly connection: pulumi.Output<NonNullable<Connection["postgres"]>>;
  /** The tables are there. */
  readonly ready: Step;
}

/** PostgreSQL: new, or after `postgres-lost` restored from the vault's copy in this region. */
export function postgresOf(
  args: PrimaryArgs & {
    readonly writers: EpochWriters;
    /** Where its WAL goes: an epoch that is held already. */
    readonly epoch: pulumi.Input<number>;
  },
): PrimaryPostgres {
  const { settings, region, base, vault, epochs, writers } = args;
  const recovered = newest(history(settings), "postgres");
  const postgres = new LocalPostgres(
    recovered === undefined ? "postgres" : `postgres-${recovered.label}`,
    {
      region,
      epoch: args.epoch,
      line: "main",
      archive: writers.wal.near,
      source:
        recovered === undefined
          ? { kind: "new" }
          : pulumi
              .output({ side: vault.recovery.near, epochs: epochs.all })
              .apply(({ side, epochs: all }): PostgresSource => ({
                kind: "restore",
                from: {
                  ...barmanStore(side),
                  prefixes: all.map((epoch) => epochPrefix(epoch, "main")).reverse(),
                },
                target: "latest",
              })),
      archiveTimeoutSeconds: settings.walTimeout,
      ...(recovered === undefined ? {} : { recoveryId: recovered.label }),
    },
    { dependsOn: [...args.after] },
  );
  const ready = new Step(
    recovered === undefined ? "postgres-schema" : `${recovered.label}-schema`,
    {
      command: "postgres-schema",
      connection: connect({ ...base, epoch: 1, postgres: postgres.connection }),
    },
    { dependsOn: [postgres] },
  );
  return { connection: postgres.connection, ready };
}
