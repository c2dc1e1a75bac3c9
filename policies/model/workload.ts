import { kubernetes } from "../types.ts";
import type { Resource } from "./resource.ts";
import type { Reader } from "./value.ts";

/** Types that run pods, and where in each the pod's specification is. */
export const podPaths: Readonly<Record<string, string>> = {
  [kubernetes.pod]: "spec",
  [kubernetes.deployment]: "spec.template.spec",
  [kubernetes.statefulSet]: "spec.template.spec",
  [kubernetes.daemonSet]: "spec.template.spec",
  [kubernetes.replicaSet]: "spec.template.spec",
  [kubernetes.job]: "spec.template.spec",
  [kubernetes.cronJob]: "spec.jobTemplate.spec.template.spec",
};

export function podOf(workload: Resource): Reader {
  return workload.at(podPathOf(workload));
}

export function podPathOf({ type }: Resource): string {
  return String(podPaths[type]);
}

/** Of the pod itself, without those that only prepare it. */
export function containersOf(workload: Resource): Reader[] {
  return podOf(workload).list("containers");
}

/** A workload of that software: by its name, its labels or its images. */
export function runs(workload: Resource, software: RegExp): boolean {
  const name = workload.peek("metadata.name");
  const label =
    workload.isKnown("metadata.labels") &&
    workload.at("metadata.labels").entry("app.kubernetes.io/name")?.peek("");
  const images =
    podOf(workload).isKnown("containers") &&
    containersOf(workload).map((each) => each.peek("image"));
  return [workload.name, name, label, images]
    .flat()
    .some((each) => typeof each === "string" && software.test(each));
}

/** Everything that a container is started with, in one text. @throws NotKnown */
export function commandLine(container: Reader): string {
  return [...container.strings("command"), ...container.strings("args")].join(" ");
}
