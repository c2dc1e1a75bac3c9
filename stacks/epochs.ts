import * as pulumi from "@pulumi/pulumi";
import { connect, type ConnectionParts } from "../components/local/context.ts";
import type { StepFactory, StepLike } from "../components/job/steps.ts";
import type { Connection } from "../scripts/connection.ts";
import { history } from "./history.ts";
import type { Settings } from "./settings.ts";

/** The epochs that a stack has held: the first, and one more for each recovery of ClickHouse. */
export interface Epochs {
  /** Oldest first; the last one is in force, or will be once its fence has been passed. */
  readonly all: readonly pulumi.Output<number>[];
  readonly current: pulumi.Output<number>;
  /** Suffix of names that belong to the current epoch; empty for the first. */
  readonly suffix: string;
  /** Recovery id of the newest recovery of ClickHouse, unique over stacks; undefined: there was none. */
  readonly recoveryId?: pulumi.Output<string>;
}

/**
 * Asks the control bucket which epoch each recovery in place takes. Each answer is kept in the state:
 * a later `up` neither asks again nor takes another epoch.
 */
export function epochsOf(
  settings: Settings,
  identity: ConnectionParts,
  first: StepLike<{ epoch: number }>,
  steps: StepFactory,
  control: pulumi.Input<NonNullable<Connection["control"]>>,
): Epochs {
  const all = [first.result.epoch];
  let suffix = "";
  let recoveryId: pulumi.Output<string> | undefined;
  let before: pulumi.Resource = first;
  for (const { engine, label } of history(settings)) {
    if (engine !== "clickhouse") continue;
    const id = recoveryIdOf(label, identity);
    const gate: StepLike<{ nextEpoch: number }> = steps(
      `${label}-gate`,
      {
        command: "gate",
        connection: connect({ ...identity, control }),
        params: pulumi.output({ recoveryId: id, marginSeconds: settings.lease.clockMargin }),
      },
      { dependsOn: [before] },
    );
    all.push(gate.result.nextEpoch);
    suffix = `-${label}`;
    recoveryId = id;
    before = gate;
  }
  const current = all.at(-1) ?? first.result.epoch;
  return { all, current, suffix, ...(recoveryId === undefined ? {} : { recoveryId }) };
}

/** A recovery's id: its label in this stack, and which stack it was. */
export function recoveryIdOf(label: string, identity: ConnectionParts): pulumi.Output<string> {
  return pulumi.output(identity.owner ?? "").apply((owner) => `${label}-${owner.slice(0, 8)}`);
}
