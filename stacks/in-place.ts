import * as pulumi from "@pulumi/pulumi";
import { connect, type ConnectionParts } from "../components/local/context.ts";
import type { StepFactory, StepLike } from "../components/job/steps.ts";
import { resultsOf } from "../components/local/step.ts";
import { recoveryIdOf } from "./epochs.ts";
import { history } from "./history.ts";
import type { Part } from "./platform.ts";
import type { Settings } from "./settings.ts";

export interface InPlaceArgs {
  readonly settings: Settings;
  readonly steps: StepFactory;
  readonly base: ConnectionParts;
  readonly kafka: Part<"kafka">;
  readonly clickhouse: Part<"clickhouse">;
  readonly postgres: Part<"postgres">;
  readonly vault: Part<"vault">;
  readonly control: Part<"control">;
  /** The restored engine is up, ClickHouse consumes. */
  readonly after: readonly pulumi.Resource[];
}

/**
 * What is left to do after ZooKeeper or PostgreSQL came back beside a living ClickHouse: events of
 * teams that PostgreSQL lost go to quarantine (its sequences move on), and everything is proven.
 * @returns results by box; undefined when the newest recovery was another one
 */
export function recoveredInPlace(
  args: InPlaceArgs,
): pulumi.Output<Record<string, unknown>> | undefined {
  const { base, steps, kafka, clickhouse, postgres, vault, control } = args;
  const last = history(args.settings).at(-1);
  if (last === undefined || last.engine === "clickhouse") return undefined;
  let dependsOn = [...args.after];
  const boxes: Record<string, StepLike<unknown>> = {};
  if (last.engine === "postgres") {
    boxes["tenancy"] = steps(
      `${last.label}-tenancy`,
      {
        command: "tenancy",
        connection: connect({ ...base, kafka, clickhouse, postgres, control, vault }),
        params: { phase: "both" },
      },
      { dependsOn },
    );
    dependsOn = [boxes["tenancy"]];
  }
  boxes["prove"] = steps(
    `${last.label}-prove`,
    {
      command: "prove",
      connection: connect({ ...base, clickhouse, kafka, control, vault }),
      params: pulumi.output({ recoveryId: recoveryIdOf(last.label, base) }),
    },
    { dependsOn },
  );
  return resultsOf(boxes);
}
