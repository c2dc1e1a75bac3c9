import { type Properties } from "../../provider/values.ts";

/**
 * What the plugin for Kubernetes does, read in pulumi-kubernetes 4.30.0: `provider/pkg/provider/provider.go` (Create,
 * Update, Diff, partialError), `provider/pkg/await/job.go` and its checker.
 */
const job = "kubernetes:batch/v1:Job";

interface Metadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

const metadataOf = (inputs: Properties) => (inputs["metadata"] ?? {}) as Metadata;

/** Every object has a name in `metadata`; where the program gives none, the plugin does, with random digits. */
export function withName(type: string, resource: string, inputs: Properties): Properties {
  if (!type.startsWith("kubernetes:")) return inputs;
  return { ...inputs, metadata: { name: `${resource}-made`, ...metadataOf(inputs) } };
}

/** An object of another name, or in another namespace, is another object. */
export function isRenamed(olds: Properties, news: Properties): boolean {
  const [before, after] = [metadataOf(olds), metadataOf(news)];
  return before.name !== after.name || before.namespace !== after.namespace;
}

/** The plugin waits for a Job to complete, but for one that says `skipAwait`. */
export const isAwaited = (type: string, inputs: Properties): boolean =>
  type === job && metadataOf(inputs).annotations?.["pulumi.com/skipAwait"] !== "true";

/** What the object's status says of a Job that ended in this way. */
export function jobStatus(failed: boolean): Properties {
  return failed
    ? {
        failed: 1,
        conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded" }],
      }
    : { succeeded: 1, conditions: [{ type: "Complete", status: "True" }] };
}

/** @param live as the server has it */
export function hasFailed(live: Properties): boolean {
  const status = live["status"] as { conditions?: { type: string }[] } | undefined;
  return status?.conditions?.some(({ type }) => type === "Failed") === true;
}

/** A Job that has not completed is made anew, where it is annotated so. */
export const isReplacedUnready = (type: string, live: Properties, news: Properties): boolean =>
  type === job &&
  metadataOf(news).annotations?.["pulumi.com/replaceUnready"] === "true" &&
  hasFailed(live);

/** It is there, and did not become what it was to be: the engine keeps its state, with these reasons. */
export class NotReady extends Error {
  readonly id: string;
  readonly properties: Properties;
  readonly reasons: readonly string[];

  constructor(method: "create" | "update", urn: string, id: string, properties: Properties) {
    const said = `Job "${id}" failed: [BackoffLimitExceeded] Job has reached the specified backoff limit`;
    super(
      method === "create"
        ? `resource "${urn}" was successfully created, but the Kubernetes API server reported that it failed ` +
            `to fully initialize or become live: ${said}`
        : `the Kubernetes API server reported that "${id}" failed to fully initialize or become live: ${said}`,
    );
    this.id = id;
    this.properties = properties;
    this.reasons = [this.message, `the test has the pod of ${id} fail`];
  }
}
