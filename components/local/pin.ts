import * as pulumi from "@pulumi/pulumi";

export interface PinArgs {
  /** Name without `recover:`. */
  readonly setting: string;
  readonly value: string;
  /** A sentence, for the refusal: what another value would destroy. */
  readonly because: string;
}

/**
 * A setting that a stack keeps for its whole life: another value is refused in every preview, and nothing is changed.
 *
 * @remarks Recovery: a changed region or name would make everything anew elsewhere, empty, and leave the data behind.
 */
export class Pin extends pulumi.CustomResource {
  constructor(name: string, args: PinArgs, opts?: pulumi.CustomResourceOptions) {
    super("recover:index:Pin", name, { ...args }, opts);
  }
}
