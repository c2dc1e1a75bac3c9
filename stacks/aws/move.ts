import * as pulumi from "@pulumi/pulumi";
import type { StepFactory } from "../../components/job/steps.ts";
import { connect, type ConnectionParts } from "../../components/local/context.ts";
import type { ControlBucket } from "../../scripts/connection.ts";

interface Move {
  readonly here: StepFactory;
  readonly base: ConnectionParts;
  readonly from: pulumi.Input<ControlBucket>;
  readonly to: pulumi.Output<ControlBucket>;
}

/**
 * The line's records in a new control bucket. Every preview asks first whether the line is still this stack's there: once
 * another one has taken over from it, nothing of it may be armed again.
 *
 * @returns what whoever uses the new bucket waits for
 */
export function moveControl(
  { here, base, from, to }: Move,
  dependsOn: readonly pulumi.Resource[],
): pulumi.Resource {
  const command = "move-control";
  const connection = connect({ ...base, control: to });
  const ask = here(
    "reprotect-ask",
    { command, connection, params: pulumi.output({ from, observe: true }), guard: true },
    { dependsOn: [...dependsOn] },
  );
  return here(
    "reprotect-control",
    { command, connection, params: pulumi.output({ from }) },
    { dependsOn: [ask] },
  );
}
