import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { kubernetesVersion } from "../components/eks/versions.ts";
import versions from "./versions.json" with { type: "json" };

const goMod = (name: string) =>
  readFileSync(join(import.meta.dirname, "go", name, "go.mod"), "utf8");

describe("what is built from Go modules", () => {
  test.each([
    ["pulumi", "github.com/pulumi/pulumi/pkg/v3", versions.pulumi],
    ["pulumi-language-nodejs", "github.com/pulumi/pulumi/sdk/v3", versions.pulumiLanguageNodejs],
    ["versitygw", "github.com/versity/versitygw", versions.versitygw],
    ["kubernetes", "k8s.io/kubernetes", versions.kubernetes],
  ])("%s: go.mod names the version of versions.json", (name, module, version) => {
    const named = goMod(name)
      .split("\n")
      .map((line) => line.trim().split(" "))
      .filter(([path]) => path === module);
    expect(named.map(([, found]) => found)).toEqual([`v${version}`]);
  });
});

describe("the Kubernetes API server of the tests", () => {
  test("is of the version that clusters on AWS have", () => {
    expect(versions.kubernetes.split(".").slice(0, 2).join(".")).toBe(kubernetesVersion);
  });

  test("is made of parts of its own version alone", () => {
    const parts = [...goMod("kubernetes").matchAll(/^\tk8s\.io\/\S+ => \S+ (v\S+)$/gm)];
    expect(parts.length).toBeGreaterThan(25);
    const own = versions.kubernetes.replace(/^1\./, "v0.");
    expect(new Set(parts.map(([, version]) => version))).toEqual(new Set([own]));
  });
});
