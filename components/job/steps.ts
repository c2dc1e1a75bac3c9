import type * as pulumi from "@pulumi/pulumi";
import { Step, type StepArgs } from "../local/step.ts";

/** A box of a recovery, wherever it runs. */
export type StepLike<Result> = pulumi.Resource & {
  readonly result: pulumi.Output<Result>;
  /** ISO 8601, UTC. */
  readonly startedAt: pulumi.Output<string>;
  /** ISO 8601, UTC. */
  readonly finishedAt: pulumi.Output<string>;
};

/** Makes a step: a recovery graph gets one, and does not know where its boxes run. */
export type StepFactory = <Result>(
  name: string,
  args: StepArgs,
  opts?: pulumi.ComponentResourceOptions,
) => StepLike<Result>;

/** Steps that run on the machine that runs `pulumi up`. */
export const localSteps: StepFactory = (name, args, opts) => new Step(name, args, opts);
