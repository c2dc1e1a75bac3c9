import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../../scripts/connection.ts";
import type { StepFactory, StepLike } from "../job/steps.ts";
import { connect, type ConnectionParts } from "../local/context.ts";
import { resultsOf } from "../local/step.ts";

type Part<K extends keyof Connection> = pulumi.Input<NonNullable<Connection[K]>>;

/** What is behind the point of no return, besides the recovery's own boxes. */
export interface PastFence {
  readonly postgres: Part<"postgres">;
  /** What has to be there before anything is filled: the epoch's writers may write. */
  readonly ready: readonly pulumi.Resource[];
}

export interface ClickHouseRecoveryArgs {
  /** Where its boxes run. */
  readonly steps: StepFactory;
  readonly recoveryId: pulumi.Input<string>;
  /** Who recovers: stack, role, region, owner, line, and the epoch that the fence will take. */
  readonly base: ConnectionParts;
  /** Result of `pick-ledger`. */
  readonly picked: pulumi.Input<unknown>;
  /** The empty server that the data goes to. */
  readonly clickhouse: Part<"clickhouse">;
  /** The cluster that it will consume from; topics and logins are there. */
  readonly kafka: Part<"kafka">;
  /**
   * True: the cluster that the lost ClickHouse consumed lives on, so its broker enforces the fence and
   * it has the events. False: a new cluster; events come from the archive.
   */
  readonly kafkaSurvived: boolean;
  /** Called with the fence: what may be made or changed only behind it. */
  readonly pastFence: (fence: StepLike<{ epoch: number }>) => PastFence;
  /** Reads the vault's copy in this region. */
  readonly vault: Part<"vault">;
  readonly control: Part<"control">;
  /** Takes the logins of former epochs away. */
  readonly vaultAdmin: Part<"vault">;
  readonly trust: Part<"trust">;
  readonly reason: string;
  readonly takeoverReason?: string;
  /** Take over without the events of a living side that have not arrived, and why. @default wait for them */
  readonly acceptedLoss?: string;
  readonly clockMarginSeconds: number;
  /** What must be true before the point of no return, besides the proven data: PostgreSQL is back. */
  readonly beforeFence: readonly pulumi.Resource[];
  /** Of the server: a restart later on attaches again, and nothing else. */
  readonly generation: pulumi.Input<unknown>;
  /**
   * Stop consuming before `attach`: brokers were restarted under a consumer since.
   * @default false
   */
  readonly attachAgain?: boolean;
  /**
   * Line whose backups and archive are read, where it is another than the recovery's own: a drill
   * beside a living primary.
   * @default the line of `base`
   */
  readonly sourceLine?: string;
  /** Negative control of the drills. @default false */
  readonly skipFence?: boolean;
}

/**
 * ClickHouse from a backup, box by box: structure → data → proof → fence → fill → cursors → attach →
 * proof. Nothing that can consume exists before `attach`.
 */
export class ClickHouseRecovery extends pulumi.ComponentResource {
  /** Results by box, for the report. */
  readonly results: pulumi.Output<Record<string, unknown>>;
  /** The last box: ingest runs and is proven. */
  readonly proven: StepLike<unknown>;
  readonly attached: StepLike<unknown>;

  constructor(name: string, args: ClickHouseRecoveryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:recovery:ClickHouseRecovery", name, {}, opts);
    const { base, clickhouse, kafka, vault, control, trust, recoveryId, picked } = args;
    const run = <Result = unknown>(
      label: string,
      command: string,
      parts: ConnectionParts,
      params: Record<string, pulumi.Input<unknown>>,
      dependsOn: readonly pulumi.Resource[],
      triggers?: pulumi.Input<unknown>[],
    ) =>
      args.steps<Result>(
        `${name}-${label}`,
        {
          command,
          connection: connect({ ...base, ...parts }),
          params: pulumi.output({ recoveryId, ...params }),
          // What goes on serving (`attach`, `prove`) has triggers, and follows.
          ...(triggers === undefined ? { once: true } : { triggers }),
        },
        { parent: this, dependsOn: [...dependsOn] },
      );

    const source = args.sourceLine === undefined ? {} : { line: args.sourceLine };
    const structure = run("structure", "structure", { clickhouse }, {}, []);
    const data = run(
      "data",
      "restore",
      { clickhouse, vault, control, trust },
      { picked, ...source },
      [structure],
    );
    const verified = run(
      "verify",
      "verify-restore",
      { clickhouse, vault, control, trust },
      { picked, ...source },
      [data],
    );
    const fence = run<{ epoch: number }>(
      "fence",
      "fence",
      { kafka, control, vault: args.vaultAdmin },
      {
        picked,
        kind: args.kafkaSurvived ? "broker" : "auto",
        reason: args.reason,
        marginSeconds: args.clockMarginSeconds,
        ...(args.takeoverReason === undefined ? {} : { takeoverReason: args.takeoverReason }),
        ...(args.acceptedLoss === undefined ? {} : { acceptedLoss: args.acceptedLoss }),
        ...(args.skipFence === true ? { skipBroker: true } : {}),
      },
      [verified, ...args.beforeFence],
    );
    const { postgres, ready } = args.pastFence(fence);
    const quarantine = run("quarantine", "tenancy", { clickhouse, postgres }, { phase: "open" }, [
      fence,
      ...ready,
    ]);
    const fill = run(
      "fill",
      "replay",
      { clickhouse, vault, control },
      { picked, kafkaHasTheRest: args.kafkaSurvived, ...source },
      [quarantine],
    );
    // Which ids were given out, the events say. A new cluster has none yet that are not in the replay;
    // one that lives on has some that nobody has read: the step looks at them behind the cursors.
    const close = (parts: ConnectionParts, after: pulumi.Resource): StepLike<unknown> =>
      run("tenancy", "tenancy", { clickhouse, postgres, ...parts }, { phase: "close" }, [after]);
    const closedBefore = args.kafkaSurvived ? undefined : close({}, fill);
    const cursors = run(
      "cursors",
      "cursors",
      { clickhouse, kafka, control, vault },
      { mode: args.kafkaSurvived ? "present" : "beginning" },
      [closedBefore ?? fill],
    );
    const tenancy = closedBefore ?? close({ kafka, control, vault }, cursors);
    this.attached = run(
      "attach",
      "attach",
      { clickhouse, kafka, control, vault },
      args.attachAgain === true ? { again: true } : {},
      [cursors, tenancy],
      [args.generation],
    );
    this.proven = run(
      "prove",
      "prove",
      { clickhouse, kafka, control, vault },
      {},
      [this.attached],
      [],
    );
    const boxes = {
      structure,
      restore: data,
      verify: verified,
      fence,
      quarantine,
      replay: fill,
      tenancy,
      cursors,
      attach: this.attached,
      prove: this.proven,
    };
    this.results = resultsOf(boxes);
    this.registerOutputs({ results: this.results });
  }
}
