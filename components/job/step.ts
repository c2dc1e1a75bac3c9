import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { keys } from "../../scripts/fence/records.ts";
import type { JobResult } from "../../scripts/commands/job-result.ts";
import { labelsOf } from "../kubernetes/context.ts";
import { connect } from "../local/context.ts";
import { Step, type StepArgs } from "../local/step.ts";
import { dnsLabel, jobName } from "./names.ts";
import { inputSecret, podTemplate, accountOf, type PodOptions } from "./pod.ts";
import type { KubernetesRunner } from "./runner.ts";

export interface KubernetesStepArgs
  extends Omit<StepArgs, "secretResult">, Omit<PodOptions, "environment"> {
  readonly runner: KubernetesRunner;
  /** Which recovery the step belongs to: part of the Job's name and of its result's key. */
  readonly recoveryId: pulumi.Input<string>;
  /**
   * How long it may take, its waiting for a node included. From the size of the data: a restore that is
   * cut off begins again.
   * @default 60
   */
  readonly timeoutMinutes?: number;
}

const defaultTimeoutMinutes = 60;

/**
 * One run of one command of the CLI, as a Job: again whenever its inputs or triggers change. The same
 * contract as `Step` has on this machine. Its result is read back from the control bucket, by the machine
 * that runs `pulumi up`.
 *
 * A result that holds credentials is not offered: results lie in the control bucket in plain text.
 *
 * @remarks Recovery: a Job that failed is replaced by the next `pulumi up`; one that ended well is not run
 * again by newer scripts or a newer bootstrap, only by other inputs.
 */
export class KubernetesStep<Result = unknown> extends pulumi.ComponentResource {
  /** What the command printed as JSON. */
  readonly result: pulumi.Output<Result>;
  /** ISO 8601, UTC. */
  readonly startedAt: pulumi.Output<string>;
  /** ISO 8601, UTC. */
  readonly finishedAt: pulumi.Output<string>;
  /** Name of the Job and of its Secret; known before it runs when its inputs are. */
  readonly jobName: pulumi.Output<string>;

  private readonly args: KubernetesStepArgs;
  private readonly name: string;

  constructor(name: string, args: KubernetesStepArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:job:KubernetesStep", name, {}, opts);
    this.args = args;
    this.name = name;
    this.jobName = this.nameJob();
    const guard = this.createGuard();
    const job = this.createJob(guard);
    const read = this.readResult(job);
    this.result = read.result.apply(({ result }) => result as Result);
    this.startedAt = read.result.apply(({ startedAt }) => startedAt);
    this.finishedAt = read.result.apply(({ finishedAt }) => finishedAt);
    this.registerOutputs({
      result: this.result,
      startedAt: this.startedAt,
      finishedAt: this.finishedAt,
      jobName: this.jobName,
    });
  }

  private nameJob(): pulumi.Output<string> {
    const { recoveryId, command, triggers, environment, once = false } = this.args;
    // They reach the pod by the Secret, which changes in place: a step that failed runs again with them.
    const { connection, params } = once ? {} : this.args;
    return pulumi.unsecret(
      pulumi
        .all([recoveryId, command, connection, params, triggers, environment])
        .apply(([recovery, asked, link, options, triggered, added]) =>
          jobName(this.name, recovery, {
            command: asked,
            connection: link,
            params: options,
            triggers: triggered,
            environment: added,
          }),
        ),
    );
  }

  /** A preview has no Job: what must refuse one runs where `pulumi up` does. */
  private createGuard(): Step | undefined {
    const { guard, once, command, connection, params, environment } = this.args;
    if (guard === undefined || guard === false) return undefined;
    return new Step(
      `${this.name}-guard`,
      {
        command,
        guard,
        ...(once === undefined ? {} : { once }),
        ...(connection === undefined ? {} : { connection }),
        ...(params === undefined ? {} : { params }),
        ...(environment === undefined ? {} : { environment }),
      },
      { parent: this },
    );
  }

  private createJob(guard: Step | undefined): kubernetes.batch.v1.Job {
    const { args, name } = this;
    const { runner, timeoutMinutes = defaultTimeoutMinutes } = args;
    const options = { parent: this, provider: runner.cluster.provider };
    const account = accountOf(`${name}-account`, dnsLabel(name), runner, args, options);
    const secret = inputSecret(
      `${name}-input`,
      {
        runner,
        instance: name,
        secret: this.jobName,
        connection: args.connection,
        params: args.params,
        results: this.folder(),
      },
      options,
    );
    const timeout = `${timeoutMinutes}m`;
    return new kubernetes.batch.v1.Job(
      `${name}-job`,
      {
        metadata: {
          name: this.jobName,
          namespace: runner.cluster.namespace,
          labels: labelsOf("job", dnsLabel(name)),
          // Without it the next `up` would wait for the failed one (pulumi-kubernetes, Job).
          annotations: { "pulumi.com/replaceUnready": "true" },
        },
        spec: {
          // The one way to fail that the provider sees before the time is over; the bootstrap tries again by itself.
          backoffLimit: 0,
          activeDeadlineSeconds: timeoutMinutes * 60,
          podFailurePolicy: {
            rules: [
              // A node that is drained is nobody's fault.
              { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
            ],
          },
          template: podTemplate({
            runner,
            instance: dnsLabel(name),
            command: args.command,
            secret: secret.metadata.name,
            account,
            restartPolicy: "Never",
            reaches: args.reaches,
            environment: args.environment,
            resources: args.resources,
            nodeSelector: args.nodeSelector,
          }),
        },
      },
      {
        ...options,
        customTimeouts: { create: timeout, update: timeout },
        // A newer Node, or other limits, are for the next recovery: they do not repeat this one.
        ignoreChanges: [
          "spec.template.spec.containers[0].image",
          "spec.backoffLimit",
          "spec.podFailurePolicy",
        ],
        dependsOn: guard === undefined ? [] : [guard],
      },
    );
  }

  private readResult(job: kubernetes.batch.v1.Job): Step<JobResult> {
    const { runner } = this.args;
    return new Step<JobResult>(
      `${this.name}-result`,
      {
        command: "job-result",
        connection: connect({ ...runner.base, control: runner.control }),
        params: pulumi
          .all([this.folder(), this.jobName, job.metadata])
          .apply(([folder, name, { uid }]) => ({ key: `${folder}${name}.json`, uid })),
      },
      { parent: this, dependsOn: [job] },
    );
  }

  /** `{line}/steps/{recoveryId}/`, where the steps of the fence keep theirs. */
  private folder(): pulumi.Output<string> {
    return pulumi
      .all([this.args.runner.base.line ?? "main", this.args.recoveryId])
      .apply(([line, recoveryId]) => keys.step(line, recoveryId, "").replace(/\.json$/, ""));
  }
}
