import { custom, kubernetes } from "../types.ts";
import type { Resource } from "./resource.ts";
import type { Stack } from "./stack.ts";
import { commandLine, containersOf, podPathOf, runs } from "./workload.ts";

/** ZooKeeper ensembles that run as StatefulSets. */
export function ensembles(stack: Stack): Resource[] {
  return stack.of(kubernetes.statefulSet).filter((each) => runs(each, /zookeeper/i));
}

/** ClickHouse clusters: of the operator, and such as run as StatefulSets. */
export function clickHouses(stack: Stack): Resource[] {
  return [
    ...stack.of(custom.clickHouseInstallation),
    ...stack
      .of(kubernetes.statefulSet)
      .filter((each) => runs(each, /clickhouse/i) && !runs(each, /keeper|zookeeper/i)),
  ];
}

/** Jobs that run again and again, whose name, command or pods' labels speak of all of these. */
export function cronJobsOf(stack: Stack, ...subjects: readonly RegExp[]): Resource[] {
  return stack.of(kubernetes.cronJob).filter((each) => speaksOf(each, subjects));
}

/** @throws NotKnown when its command is not known and its name does not say it */
export function speaksOf(workload: Resource, subjects: readonly RegExp[]): boolean {
  const names = [workload.name, workload.peek("metadata.name")];
  const named = names.filter((each) => typeof each === "string").join(" ");
  if (subjects.every((each) => each.test(named))) return true;
  const commands = containersOf(workload).map(commandLine);
  const labels = podLabelsOf(workload);
  return commands.some((command) => {
    const text = [named, command, ...labels].join(" ");
    return subjects.every((each) => each.test(text));
  });
}

/** Keys of the labels of its pods: which engines they may reach is said by them. What is not known has none. */
function podLabelsOf(workload: Resource): string[] {
  const path = podPathOf(workload).replace(/spec$/, "metadata.labels");
  return Object.keys(workload.peek(path) ?? {});
}
