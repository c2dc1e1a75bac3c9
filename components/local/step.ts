import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../../scripts/connection.ts";

export interface StepArgs {
  /** A command of `scripts/commands/`, for example `restore`. */
  readonly command: pulumi.Input<string>;
  /** The parts that this command needs; kept as a secret and handed over by stdin. @default none */
  readonly connection?: pulumi.Input<Connection> | undefined;
  /** The command's parameters by field name. @default {} */
  readonly params?: pulumi.Input<Record<string, unknown>>;
  /** Anything; the step runs again when it changes. @default none */
  readonly triggers?: pulumi.Input<unknown>;
  /**
   * Also run in every preview and before every update: its failure refuses the `up`. Only for
   * commands that change nothing. With `once` only until the step has run.
   * @default false
   */
  readonly guard?: pulumi.Input<boolean>;
  /**
   * Done is done: a connection or parameter that changes later on, as a login does, is no reason to run it again.
   * @default false
   * @remarks Recovery: what chose a ledger, restored or filled is not repeated over live data.
   */
  readonly once?: boolean;
  /** Added to the environment of the command. @default {} */
  readonly environment?: pulumi.Input<Record<string, string>>;
  /** The result holds credentials. @default false */
  readonly secretResult?: boolean;
}

/**
 * One run of one command of the CLI, again whenever its inputs or triggers change. A command's own
 * error is the resource's error; its progress is the resource's status line.
 *
 * @remarks Recovery: a step that was killed half-way runs again at the next `pulumi up`; commands
 * find what they did themselves, in the control bucket or in the engine, and do nothing twice.
 */
export class Step<Result = unknown> extends pulumi.CustomResource {
  /** What the command printed as JSON. */
  declare readonly result: pulumi.Output<Result>;
  /** ISO 8601, UTC. */
  declare readonly startedAt: pulumi.Output<string>;
  /** ISO 8601, UTC. */
  declare readonly finishedAt: pulumi.Output<string>;

  constructor(
    name: string,
    { once = false, ...args }: StepArgs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      "recover:index:Step",
      name,
      {
        ...args,
        // Connections carry credentials, whether or not their maker marked them.
        connection: args.connection === undefined ? undefined : pulumi.secret(args.connection),
        result: undefined,
        startedAt: undefined,
        finishedAt: undefined,
      },
      pulumi.mergeOptions(
        {
          ...(args.secretResult === true ? { additionalSecretOutputs: ["result"] } : {}),
          ...(once ? { ignoreChanges: ["connection", "params"] } : {}),
        },
        opts,
      ),
    );
  }
}

/** What one box of a recovery did, and when (ISO 8601, UTC). */
export interface BoxResult {
  readonly result: unknown;
  readonly startedAt: string;
  readonly finishedAt: string;
}

/** The results of several steps by the name of their box, for the report. */
export function resultsOf(
  boxes: Readonly<Record<string, Pick<Step, "result" | "startedAt" | "finishedAt">>>,
): pulumi.Output<Record<string, BoxResult>> {
  return pulumi
    .all(
      Object.entries(boxes).map(([box, { result, startedAt, finishedAt }]) =>
        pulumi
          .all([result, startedAt, finishedAt])
          .apply(([value, from, to]): [string, BoxResult] => [
            box,
            { result: value, startedAt: from, finishedAt: to },
          ]),
      ),
    )
    .apply((entries) => Object.fromEntries(entries));
}
