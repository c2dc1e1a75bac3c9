import type { Reach } from "../kubernetes/context.ts";
import type { StepArgs } from "../local/step.ts";
import { KubernetesStep, type KubernetesStepArgs } from "./step.ts";
import type { StepFactory } from "./steps.ts";

export { localSteps, type StepFactory, type StepLike } from "./steps.ts";

/** Engines in the cluster that each command talks to; commands that are not here talk to none. */
export const reachOf: Readonly<Record<string, readonly Reach[]>> = {
  attach: ["clickhouse"],
  backup: ["clickhouse", "zookeeper"],
  cursors: ["clickhouse"],
  detach: ["clickhouse"],
  "keep-ingest": ["clickhouse"],
  "keep-lease": ["clickhouse"],
  prove: ["clickhouse"],
  quarantine: ["clickhouse"],
  replay: ["clickhouse"],
  restore: ["clickhouse"],
  status: ["clickhouse", "zookeeper"],
  structure: ["clickhouse"],
  tenancy: ["clickhouse"],
  "verify-restore": ["clickhouse"],
  "zookeeper-restore": ["zookeeper"],
  "zookeeper-snapshot": ["zookeeper"],
};

/** Steps that run as Jobs of one recovery. A result that holds credentials is refused. */
export function kubernetesSteps(
  shared: Pick<
    KubernetesStepArgs,
    "runner" | "recoveryId" | "timeoutMinutes" | "nodeSelector" | "serviceAccount"
  >,
): StepFactory {
  return <Result>(name: string, { secretResult, ...args }: StepArgs, opts = {}) => {
    if (secretResult === true) {
      throw new Error(
        `The step ${name} has a result that holds credentials, and results of Jobs lie in the control ` +
          "bucket in plain text. Run it on this machine (Step), or keep the secret out of its result.",
      );
    }
    const reaches = typeof args.command === "string" ? (reachOf[args.command] ?? []) : [];
    return new KubernetesStep<Result>(name, { ...shared, ...args, reaches }, opts);
  };
}
