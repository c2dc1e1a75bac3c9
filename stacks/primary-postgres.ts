import * as pulumi from "@pulumi/pulumi";
import type { StepLike } from "../components/job/steps.ts";
import { connect } from "../components/local/context.ts";
import { history, newest } from "./history.ts";
import type { Database } from "./platform.ts";
import type { PrimaryArgs } from "./primary-kafka.ts";

export interface PrimaryPostgres extends Database {
  /** The tables are there. */
  readonly ready: StepLike<unknown>;
}

/** PostgreSQL: new, or after `postgres-lost` restored from the vault's copy in this region. */
export function postgresOf(
  args: PrimaryArgs & {
    /** Where its WAL goes: an epoch that is held already. */
    readonly epoch: pulumi.Input<number>;
  },
): PrimaryPostgres {
  const { settings, platform, base, vault, epochs, writers } = args;
  const recovered = newest(history(settings), "postgres");
  const postgres = platform.postgres({
    name: recovered === undefined ? "postgres" : `postgres-${recovered.label}`,
    base,
    writers,
    epoch: args.epoch,
    source:
      recovered === undefined
        ? "new"
        : {
            vault: vault.recovery.near,
            epochs: pulumi.all([...epochs.all]).apply((all) => [...all].reverse()),
            line: "main",
          },
    ...(recovered === undefined ? {} : { recoveryId: recovered.label }),
    dependsOn: args.after,
  });
  const ready = args.steps(
    recovered === undefined ? "postgres-schema" : `${recovered.label}-schema`,
    {
      command: "postgres-schema",
      connection: connect({ ...base, epoch: 1, postgres: postgres.connection }),
    },
    { dependsOn: [postgres.resource] },
  );
  postgres.afterSchema?.(ready);
  return { ...postgres, ready };
}
