import { z } from "zod";
import { custom } from "../types.ts";
import {
  decide,
  notApplicable,
  undecided,
  type Context,
  type Outcome,
  type Verdict,
} from "../rule.ts";
import { together } from "./outcomes.ts";
import type { Resource } from "./resource.ts";
import type { Stack } from "./stack.ts";
import type { Reader } from "./value.ts";
import { podOf, podPaths } from "./workload.ts";

/** All that runs pods. */
export const running: readonly string[] = Object.keys(podPaths);

/** With those that an operator makes from a template. */
export const templated: readonly string[] = [...running, custom.clickHouseInstallation];

/** For rules on pods. */
export const exempt = {
  exceptNamespaces: z
    .array(z.string())
    .default(["kube-system"])
    .describe("Namespaces that are left out: what runs the cluster itself needs more rights"),
};
export interface Exempt {
  readonly exceptNamespaces: readonly string[];
}

/** A pod that a rule looks at. */
export interface Place<Config> extends Context<Config> {
  /** For messages: `StatefulSet db`, or `container db of StatefulSet db`. */
  readonly what: string;
  readonly workload: Resource;
  /** The pod's specification. */
  readonly pod: Reader;
}

/** Asks of every pod; of those of Windows too. */
export function eachPod<Config extends Exempt>(
  ask: (pod: Reader, place: Place<Config>) => Outcome,
  types: readonly string[] = templated,
): (context: Context<Config>) => Verdict[] {
  return (context) => {
    const workloads = context.stack.of(...types);
    if (workloads.length === 0) return [{ outcome: notApplicable("the stack runs no such pods") }];
    return workloads.map((workload) => ({ resource: workload, outcome: judge(workload) }));

    function judge(workload: Resource): Outcome {
      const namespace = workload.peek("metadata.namespace");
      const excepted = context.config.exceptNamespaces.find((each) => each === namespace);
      if (excepted !== undefined) {
        return notApplicable(`the namespace ${excepted} is left out (exceptNamespaces)`);
      }
      return decide(() => {
        const pods = podsOf(workload);
        if (pods.length === 0) return notApplicable("it names no pod template of its own");
        return together(
          pods.map((pod) =>
            decide(() => ask(pod, { ...context, what: workload.label, workload, pod })),
          ),
        );
      });
    }
  };
}

/** Asks of every container, those that only prepare the pod among them. */
export function eachContainer<Config extends Exempt>(
  ask: (container: Reader, place: Place<Config>) => Outcome,
  types: readonly string[] = templated,
): (context: Context<Config>) => Verdict[] {
  return eachPod<Config>(
    (pod, place) =>
      together(["initContainers", "containers"].flatMap((list) => within(pod, list, ask, place))),
    types,
  );
}

/** Asks of every container that the pod is there for. */
export function eachMainContainer<Config extends Exempt>(
  ask: (container: Reader, place: Place<Config>) => Outcome,
  types: readonly string[] = templated,
): (context: Context<Config>) => Verdict[] {
  return eachPod<Config>((pod, place) => together(within(pod, "containers", ask, place)), types);
}

function within<Config>(
  pod: Reader,
  list: string,
  ask: (container: Reader, place: Place<Config>) => Outcome,
  place: Place<Config>,
): Outcome[] {
  if (!pod.isKnown(list)) return [undecided(`${list} of ${place.what} are not known yet`)];
  return pod.list(list).map((container) => {
    const name = container.peek("name");
    const called = typeof name === "string" ? `container ${name}` : "a container";
    return decide(() => ask(container, { ...place, what: `${called} of ${place.what}` }));
  });
}

/** Specifications of the pods that a workload runs: one, or one for each template of an operator's. */
export function podsOf(workload: Resource): Reader[] {
  if (workload.type === custom.clickHouseInstallation) {
    return workload.list("spec.templates.podTemplates").map((each) => each.at("spec"));
  }
  return [podOf(workload)];
}

/** Its security context has other fields. */
export function isWindows(pod: Reader): boolean {
  return pod.string("os.name") === "windows";
}

export const noneOnWindows = notApplicable("a pod on Windows has no such setting");

/** Replicas that a workload asks for. @throws NotKnown */
export function replicasOf(workload: Resource): number {
  return workload.number("spec.replicas") ?? 1;
}

/** A role is bound to the service account of that name. @throws NotKnown */
export function hasRights(workload: Resource, account: string, stack: Stack): boolean {
  return stack.of(roleBinding, clusterRoleBinding).some((binding) =>
    binding.list("subjects").some((subject) => {
      if (subject.string("kind") !== "ServiceAccount") return false;
      const here = workload.string("metadata.namespace") ?? "default";
      return subject.string("name") === account && subject.string("namespace") === here;
    }),
  );
}

export const roleBinding = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding";
export const clusterRoleBinding = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding";
