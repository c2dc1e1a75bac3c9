import { describe, expect, test } from "vitest";
import { judge } from "../evaluate.ts";
import type { Rule } from "../rule.ts";
import disksSelected from "../rules/backup/disks-selected.ts";
import namespaced from "../rules/workloads/namespaced.ts";
import { readSettings } from "../settings/index.ts";
import { factsOf, stackOf } from "../testing/facts.ts";
import { aws, kubernetes } from "../types.ts";
import { Resource, type ResourceFacts } from "./resource.ts";
import { unknown, type Branch } from "./value.ts";

/* What providers say for resources that say nothing: the builder of the rules' cases has no such providers. */

function facts(type: string, inputs: Branch, provider?: Branch): ResourceFacts {
  return factsOf(type, {
    inputs,
    outputs: inputs,
    provider: provider && { name: "cluster", properties: provider },
  });
}

function ask(rule: Rule, ...resources: ResourceFacts[]): string[] {
  const settings = readSettings({}, "prod", [rule]);
  const stack = stackOf(resources, { source: "preview" });
  return judge(rule, stack, settings, new Date()).map(({ outcome }) => outcome.kind);
}

describe("the namespace of a provider", () => {
  const deployment = (provider?: Branch) => facts(kubernetes.deployment, {}, provider);
  const context = "contexts: [{context: {cluster: c, namespace: data}}]";

  test.each([
    ["is that of what names none", { namespace: "data" }, "pass"],
    ["may be the default one", { namespace: "default" }, "violation"],
    ["is the default one when nothing names one", {}, "violation"],
    ["is not looked for where a kubeconfig has none", { kubeconfig: "contexts: []" }, "violation"],
    ["may be in a kubeconfig", { kubeconfig: context }, "unknown"],
    ["may be in one of JSON", { kubeconfig: '{"namespace" : "data"}' }, "unknown"],
    ["may be in one that is not known yet", { kubeconfig: unknown }, "unknown"],
    ["may not be known itself", { namespace: unknown }, "unknown"],
  ] as [string, Branch, string][])("%s", (_, provider, kind) => {
    expect(ask(namespaced, deployment(provider))).toEqual([kind]);
  });

  test("is the default one without a provider", () => {
    expect(ask(namespaced, deployment())).toEqual(["violation"]);
  });

  test("gives way to the resource's own", () => {
    const own = { metadata: { namespace: "default" } };
    expect(ask(namespaced, facts(kubernetes.deployment, own, { kubeconfig: context }))).toEqual([
      "violation",
    ]);
  });
});

describe("the tags of a provider", () => {
  const disk = (tags: Branch, provider?: Branch) =>
    facts("aws:ebs/volume:Volume", { tags }, provider);
  const selection = facts(aws.backupSelection, {
    selectionTags: [{ type: "STRINGEQUALS", key: "backup", value: "daily" }],
  });
  const tagged = (value: string) => ({ defaultTags: JSON.stringify({ tags: { backup: value } }) });

  test.each([
    ["are those of its resources", {}, tagged("daily"), "pass"],
    ["may be others", {}, tagged("never"), "violation"],
    ["give way to the resource's own", { backup: "never" }, tagged("daily"), "violation"],
    ["are not needed", { backup: "daily" }, {}, "pass"],
    ["may be none", {}, {}, "violation"],
    ["may have other keys", {}, { defaultTags: '{"tags":{"team":"daily"}}' }, "violation"],
    ["are none without a provider", {}, undefined, "violation"],
  ] as [string, Branch, Branch | undefined, string][])("%s", (_, tags, provider, kind) => {
    expect(ask(disksSelected, disk(tags, provider), selection)).toEqual([kind]);
  });
});

test("what is not known of a provider is said of it", () => {
  const { provider } = new Resource(facts(aws.bucket, {}, { defaultTags: unknown }));
  expect(() => provider?.json("defaultTags")).toThrow(
    "defaultTags of provider cluster is not known yet",
  );
});
