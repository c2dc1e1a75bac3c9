import * as pulumi from "@pulumi/pulumi";
import type { ProcessSpec } from "../../engines/process.ts";

/** A spec whose fields may each still be unknown. */
export type ProcessArgs = { [K in keyof ProcessSpec]: pulumi.Input<NonNullable<ProcessSpec[K]>> };

const fields = [
  "name",
  "home",
  "argv",
  "env",
  "files",
  "initialize",
  "ports",
  "health",
  "startTimeoutSeconds",
  "stopSignal",
  "stopTimeoutSeconds",
  "retainData",
] as const satisfies readonly (keyof ProcessSpec)[];

/** Fields that may hold credentials; the others are shown although the spec as a whole is secret. */
const mayBeSecret = new Set<keyof ProcessSpec>(["env", "files", "initialize"]);

/**
 * One supervised process of the local platform. Its identity is its data (`home`): a changed home
 * replaces it, anything else restarts it in place.
 *
 * @remarks Recovery: `pulumi refresh` shows a dead one, `pulumi up` (even without a refresh) starts
 * it again with its data. Data that is gone makes `pulumi up` and `preview` fail: it is never
 * started empty.
 */
export class Process extends pulumi.CustomResource {
  declare readonly name: pulumi.Output<string>;
  /** Absolute folder of its data, configuration and log. */
  declare readonly home: pulumi.Output<string>;
  declare readonly ports: pulumi.Output<Readonly<Record<string, number>>>;
  /** False after a refresh that found it dead. */
  declare readonly alive: pulumi.Output<boolean>;
  declare readonly pid: pulumi.Output<number>;
  /** Grows by one at every start: a trigger for what a restart undoes. */
  declare readonly generation: pulumi.Output<number>;

  /**
   * @param spec as a whole (then an unknown part makes all of it unknown), or
   * field by field.
   */
  constructor(
    name: string,
    spec: pulumi.Input<ProcessSpec> | ProcessArgs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      "recover:index:Process",
      name,
      { ...inputsOf(spec), alive: undefined, pid: undefined, generation: undefined },
      // Two processes never share a home or a port: the old one goes first.
      pulumi.mergeOptions({ deleteBeforeReplace: true }, opts),
    );
  }
}

function inputsOf(spec: pulumi.Input<ProcessSpec> | ProcessArgs): pulumi.Inputs {
  if (!pulumi.Output.isInstance(spec) && !(spec instanceof Promise)) return { ...spec };
  const known = pulumi.output<ProcessSpec>(spec) as unknown as pulumi.Output<ProcessSpec>;
  return Object.fromEntries(
    fields.map((field) => {
      const value = known.apply((each): unknown => each[field]);
      return [field, mayBeSecret.has(field) ? value : pulumi.unsecret(value)];
    }),
  );
}
