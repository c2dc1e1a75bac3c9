import { describe, expect, test } from "vitest";
import { factsOf } from "../testing/facts.ts";
import { kubernetes } from "../types.ts";
import { Resource } from "./resource.ts";
import { unknown, type Branch, Reader } from "./value.ts";
import { commandLine, runs } from "./workload.ts";

const workload = (outputs: Branch, name = "it", type: string = kubernetes.statefulSet) =>
  new Resource(factsOf(type, { name, outputs }));
const images = (...names: readonly (string | typeof unknown)[]) => ({
  containers: names.map((image) => ({ image })),
});

describe("a workload of ZooKeeper", () => {
  const label = (value: string) => ({ metadata: { labels: { "app.kubernetes.io/name": value } } });
  test.each([
    ["by its name", workload({}, "zookeeper"), true],
    ["by its name in the cluster", workload({ metadata: { name: "zookeeper" } }), true],
    ["by its label", workload(label("zookeeper")), true],
    ["by another label", workload({ metadata: { labels: { app: "zookeeper" } } }), false],
    ["by nothing", workload(label("web")), false],
    [
      "although nothing else is known",
      workload(
        { metadata: unknown, spec: { template: { spec: { containers: unknown } } } },
        "zookeeper",
      ),
      true,
    ],
    ["while nothing is known", workload({ metadata: unknown, spec: unknown }), false],
  ])("%s: %s", (_, which, expected) => {
    expect(runs(which, /zookeeper/)).toBe(expected);
  });

  const pod = images("proxy:1", unknown, "zookeeper:3.9");
  const template = { template: { spec: pod } };
  test.each([
    [kubernetes.pod, pod],
    [kubernetes.deployment, template],
    [kubernetes.statefulSet, template],
    [kubernetes.daemonSet, template],
    [kubernetes.replicaSet, template],
    [kubernetes.job, template],
    [kubernetes.cronJob, { jobTemplate: { spec: template } }],
  ] as [string, Branch][])("by an image of its pods: %s", (type, spec) => {
    expect(runs(workload({ spec }, "it", type), /zookeeper/)).toBe(true);
    expect(runs(workload({ spec }, "it", type), /clickhouse/)).toBe(false);
  });
});

test("a command and its arguments are one text", () => {
  const container = new Reader({ command: ["sh", "-c"], args: ["run", "it"] }, "c");
  expect(commandLine(container)).toBe("sh -c run it");
});
