import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { onCleanup, tempHome } from "../harness/process.ts";
import { runContainer, type PodIdentity, type PodPlace } from "./container.ts";
import type { KubernetesObjects, Metadata, PodTemplate } from "./kubernetes-objects.ts";
import type { Properties, Told } from "./world.ts";

export interface JobSpec {
  readonly backoffLimit?: number;
  readonly activeDeadlineSeconds?: number;
  readonly template: PodTemplate;
}

/** One Job that ended, as it was run. */
export interface Ran {
  readonly name: string;
  readonly command: string;
  readonly exitCode: number;
  readonly seconds: number;
  /** Output of its last pod, all of it. */
  readonly log: string;
}

export interface ClusterOptions {
  /** File of the names that are known inside of the cluster. */
  readonly hosts: string;
  readonly objects: KubernetesObjects;
  /** Of the agent of Pod Identity. */
  readonly identities: (account: string) => PodIdentity | undefined;
}

/** What is waited for at least before a failed pod is followed by another (the real one: 10 s, doubling). */
const backoffMs = 500;

/** Stands in for the controllers and the kubelets of one cluster: Jobs, Deployments and CronJobs run as their specs say. */
export class Pods {
  readonly ran: Ran[] = [];
  readonly #options: ClusterOptions;
  readonly #cronJobs = new Map<string, { readonly namespace: string; readonly spec: JobSpec }>();
  readonly #daemons = new Map<string, AbortController>();
  readonly #ended: Promise<void>[] = [];

  constructor(options: ClusterOptions) {
    this.#options = options;
    onCleanup(() => this.stop());
  }

  /** Returns when the Job has ended well, as the real plugin waits for it. @throws Error with the Job's last words */
  async job({ method, inputs }: Told): Promise<Properties | undefined> {
    if (method !== "create") return;
    const { metadata, spec } = inputs as unknown as { metadata: Metadata; spec: JobSpec };
    const uid = randomUUID();
    await this.#run(metadata.name, metadata.namespace ?? "default", uid, spec);
    return { metadata: { ...metadata, uid } };
  }

  cronJob({ method, inputs }: Told): void {
    const { metadata, spec } = inputs as unknown as {
      metadata: Metadata;
      spec: { jobTemplate: { spec: JobSpec } };
    };
    const { name, namespace = "default" } = metadata;
    if (method === "delete") this.#cronJobs.delete(name);
    else this.#cronJobs.set(name, { namespace, spec: spec.jobTemplate.spec });
  }

  /** What `kubectl create job --from=cronjob/NAME` does. */
  async trigger(cronJob: string): Promise<Ran> {
    const found = this.#cronJobs.get(cronJob);
    if (found === undefined) {
      throw new Error(
        `there is no CronJob ${cronJob}, but ${[...this.#cronJobs.keys()].join(", ")}`,
      );
    }
    const name = `${cronJob}-${randomUUID().slice(0, 8)}`;
    return this.#run(name, found.namespace, randomUUID(), found.spec);
  }

  /** Returns when its pod is ready; its container is started again whenever it ends. */
  async deployment({ method, inputs }: Told): Promise<undefined> {
    const { metadata, spec } = inputs as unknown as {
      metadata: Metadata;
      spec: { template: PodTemplate };
    };
    this.#daemons.get(metadata.name)?.abort();
    if (method === "delete") return;
    const stop = new AbortController();
    this.#daemons.set(metadata.name, stop);
    const place = await this.#place(metadata.namespace ?? "default", spec.template, {});
    let ready: (() => boolean) | undefined;
    let log = "";
    const running = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        const { child, hostPath } = await runContainer(spec.template, place);
        const file = environmentOf(spec.template, "RECOVER_READY_FILE");
        ready = () => existsSync(hostPath(file));
        for (const stream of [child.stdout, child.stderr]) {
          stream?.on("data", (data: Buffer) => {
            log += data.toString();
            this.logs.set(metadata.name, log);
          });
        }
        const end = () => child.kill("SIGTERM");
        stop.signal.addEventListener("abort", end);
        await new Promise((resolve) => child.once("close", resolve));
        stop.signal.removeEventListener("abort", end);
        await sleep(backoffMs);
      }
    };
    this.#ended.push(running());
    for (let tries = 0; ready?.() !== true; tries++) {
      if (tries > 600) throw new Error(`the pod of ${metadata.name} is not ready:\n${log}`);
      await sleep(200);
    }
  }

  /** Last output of what runs on, by name. */
  readonly logs = new Map<string, string>();

  /** Ends what runs: a region that is lost, or the end of a test. */
  async stop(): Promise<void> {
    for (const stop of this.#daemons.values()) stop.abort();
    await Promise.all(this.#ended);
  }

  async #run(name: string, namespace: string, uid: string, spec: JobSpec): Promise<Ran> {
    const { template, backoffLimit = 6 } = spec;
    const command = template.spec.containers[0].args?.[0] ?? "";
    const started = Date.now();
    for (let attempt = 0; ; attempt++) {
      const place = await this.#place(namespace, template, {
        "batch.kubernetes.io/job-name": name,
        "batch.kubernetes.io/controller-uid": uid,
      });
      const { exitCode, log } = await this.#pod(template, place, spec.activeDeadlineSeconds);
      const ran = { name, command, exitCode, seconds: (Date.now() - started) / 1000, log };
      if (exitCode === 0 || attempt >= backoffLimit) {
        this.ran.push(ran);
        if (exitCode === 0) return ran;
        throw new Error(
          `Job ${name} (${command}) ended with ${String(exitCode)}:\n${log.slice(-2048)}`,
        );
      }
      await sleep(backoffMs * 2 ** attempt);
    }
  }

  async #pod(template: PodTemplate, place: PodPlace, seconds = 3600) {
    const { child } = await runContainer(template, place);
    let log = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (data: Buffer) => (log += data.toString()));
    }
    const late = setTimeout(() => child.kill("SIGKILL"), seconds * 1000);
    const exitCode = await new Promise<number>((resolve) =>
      child.once("close", (code) => {
        resolve(code ?? 137);
      }),
    );
    clearTimeout(late);
    return { exitCode, log };
  }

  async #place(
    namespace: string,
    { spec }: PodTemplate,
    labels: Readonly<Record<string, string>>,
  ): Promise<PodPlace> {
    const { hosts, objects, identities } = this.#options;
    const identity = identities(spec.serviceAccountName);
    return {
      hosts,
      home: await tempHome("recover-account-pod"),
      objects,
      namespace,
      labels,
      ...(identity === undefined ? {} : { identity }),
    };
  }
}

function environmentOf({ spec }: PodTemplate, name: string): string {
  const found = spec.containers[0].env?.find((each) => each.name === name)?.value;
  if (found === undefined) throw new Error(`the container has no variable ${name}`);
  return found;
}
