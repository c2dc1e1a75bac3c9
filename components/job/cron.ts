import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../../scripts/connection.ts";
import { labelsOf } from "../kubernetes/context.ts";
import { cronJobName, cronSchedule } from "./names.ts";
import { accountOf, inputSecret, podTemplate, type PodOptions } from "./pod.ts";
import type { KubernetesRunner } from "./runner.ts";

export interface KubernetesCronJobArgs extends PodOptions {
  readonly runner: KubernetesRunner;
  /** A command of `scripts/commands/` that ends by itself. */
  readonly command: string;
  /** The parts that this command needs. @default none */
  readonly connection?: pulumi.Input<Connection>;
  /** @default {} */
  readonly params?: pulumi.Input<Record<string, unknown>>;
  /** Five fields, UTC. Undefined: it runs only when somebody makes a Job of it. */
  readonly cron: string | undefined;
  /**
   * How late a run may start, as after an outage of the control plane; later it is left out, and its
   * absence is an alarm.
   * @default 30
   */
  readonly startWithinMinutes?: number;
  /** What takes longer is ended: a run that hangs would keep all later ones from starting. @default 720 */
  readonly timeoutMinutes?: number;
}

/** A CronJob must have a time; one that is suspended does not come to it. */
const never = "0 0 1 1 *";

/**
 * One command of the CLI, again and again. Never two runs at once: what comes due meanwhile is left out.
 *
 * @remarks Recovery: a schedule sets the RPO of what it backs up. A failed run is tried again when the next
 * is due, and what did not happen raises an alarm by its age.
 */
export class KubernetesCronJob extends pulumi.ComponentResource {
  readonly cronJob: kubernetes.batch.v1.CronJob;

  constructor(name: string, args: KubernetesCronJobArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:job:KubernetesCronJob", name, {}, opts);
    const { runner } = args;
    const options = { parent: this, provider: runner.cluster.provider };
    const instance = cronJobName(name);
    const account = accountOf(`${name}-account`, instance, runner, args, options);
    const secret = inputSecret(
      `${name}-input`,
      {
        runner,
        instance,
        secret: instance,
        connection: args.connection,
        params: args.params,
        results: pulumi.interpolate`${runner.base.line ?? "main"}/runs/`,
      },
      options,
    );
    this.cronJob = new kubernetes.batch.v1.CronJob(
      `${name}-cron`,
      {
        metadata: {
          name: instance,
          namespace: runner.cluster.namespace,
          labels: labelsOf("job", instance),
        },
        spec: {
          schedule: cronSchedule(args.cron ?? never),
          suspend: args.cron === undefined,
          timeZone: "Etc/UTC",
          concurrencyPolicy: "Forbid",
          startingDeadlineSeconds: (args.startWithinMinutes ?? 30) * 60,
          successfulJobsHistoryLimit: 3,
          failedJobsHistoryLimit: 5,
          jobTemplate: {
            spec: {
              backoffLimit: 1,
              activeDeadlineSeconds: (args.timeoutMinutes ?? 720) * 60,
              template: podTemplate({
                ...args,
                instance,
                secret: secret.metadata.name,
                account,
                restartPolicy: "Never",
              }),
            },
          },
        },
      },
      options,
    );
    this.registerOutputs({ cronJob: this.cronJob });
  }
}
