import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../../scripts/connection.ts";
import { KubernetesCronJob } from "./cron.ts";
import { reachOf } from "./factory.ts";
import type { KubernetesRunner } from "./runner.ts";

/** One command as an operator runs it. */
export interface HandCommand {
  readonly command: string;
  /** @default none */
  readonly params?: Readonly<Record<string, unknown>>;
  readonly serviceAccount: pulumi.Input<string>;
}

export interface KubernetesByHandArgs {
  readonly runner: KubernetesRunner;
  /** Everything that these commands need. */
  readonly connection: pulumi.Input<Connection>;
  /** By the name that an operator writes. */
  readonly commands: Readonly<Record<string, HandCommand>>;
}

/**
 * Commands for an operator where engines are private: each a CronJob that is never due. A Job of it runs with the stack's
 * own connection and role, in the stack's own network:
 *
 *     kubectl create job --from=cronjob/by-hand-status status-1 && kubectl logs --follow job/status-1
 *
 * @remarks Recovery: what an incident asks for (`status`, `attach`, a deep proof) needs no tunnel, no
 * password and no tool but kubectl.
 */
export class KubernetesByHand extends pulumi.ComponentResource {
  readonly jobs: Readonly<Record<string, KubernetesCronJob>>;

  constructor(name: string, args: KubernetesByHandArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:job:KubernetesByHand", name, {}, opts);
    const { runner, connection, commands } = args;
    this.jobs = Object.fromEntries(
      Object.entries(commands).map(([label, { command, params, serviceAccount }]) => [
        label,
        new KubernetesCronJob(
          `${name}-${label}`,
          {
            runner,
            command,
            connection,
            ...(params === undefined ? {} : { params: { ...params } }),
            cron: undefined,
            reaches: reachOf[command] ?? [],
            serviceAccount,
          },
          { parent: this },
        ),
      ]),
    );
    this.registerOutputs({ jobs: this.jobs });
  }
}
