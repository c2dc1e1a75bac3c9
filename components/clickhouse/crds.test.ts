import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { checkCrds, loadCrds, published, type Crd } from "./crds.ts";
import { operatorVersion } from "./operator-version.ts";

const setting = "recover:clickhouseOperator.install.crds";
const names = [
  "clickhouseinstallations.clickhouse.altinity.com",
  "clickhouseinstallationtemplates.clickhouse.altinity.com",
  "clickhouseoperatorconfigurations.clickhouse.altinity.com",
  "clickhousekeeperinstallations.clickhouse-keeper.altinity.com",
];

function crd(name: string, version = operatorVersion): Crd {
  const group = name.split(".").slice(1).join(".");
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name, labels: { [`${group}/chop`]: version } },
    spec: { group },
  };
}

/** JSON is YAML. */
const text = (crds: readonly unknown[]) => crds.map((each) => JSON.stringify(each)).join("\n---\n");
const all = names.map((name) => crd(name));

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "crds-"));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => {
  vi.unstubAllGlobals();
});

describe("definitions", () => {
  test("of one file, comments and empty documents beside them", async () => {
    const path = join(folder, "one.yaml");
    await writeFile(path, `# as published\n---\n${text(all)}\n---\n`);
    expect(await loadCrds({ path })).toEqual(all);
  });

  test("of a folder, one a file", async () => {
    const path = await mkdtemp(join(folder, "many-"));
    await Promise.all(
      all.map((each, index) => writeFile(join(path, `${index}.yaml`), text([each]))),
    );
    await writeFile(join(path, "README.md"), "not one of them");
    expect(await loadCrds({ path })).toEqual(all);
  });

  test("of an address, with its checksum", async () => {
    const body = text(all);
    vi.stubGlobal("fetch", () => Promise.resolve(new Response(body)));
    const sha256 = createHash("sha256").update(body).digest("hex");
    expect(await loadCrds({ url: "https://files.test/crd.yaml", sha256 })).toEqual(all);
  });

  // Not part of this project. The name is the one that all tests of the definitions ask for.
  const published = process.env["RECOVER_OPERATOR_DEFINITIONS"];
  const why =
    published === undefined
      ? " (skipped: RECOVER_OPERATOR_DEFINITIONS must name a folder that has the operator's definitions)"
      : "";
  test.skipIf(published === undefined)(`as published, are taken${why}`, async () => {
    const crds = await loadCrds({ path: published ?? "" });
    expect(crds.map(({ metadata }) => metadata.name).sort()).toEqual([...names].sort());
  });
});

describe("bad input", () => {
  test("none: says where they are, and what else can be set", async () => {
    const refusal = expect(loadCrds(undefined)).rejects;
    await refusal.toThrow(`${setting} is not set`);
    await expect(loadCrds(undefined)).rejects.toThrow(published.url);
    await expect(loadCrds(undefined)).rejects.toThrow('"existing"');
  });

  test.each([
    ["one missing", all.slice(1), `${names[0]} missing`],
    ["one twice", [...all, crd(names[0] ?? "")], `${names[0]} unknown or twice`],
    ["one of somebody else", [...all, crd("cars.example.com")], "cars.example.com unknown"],
    [
      "one of another version",
      [...all.slice(1), crd(names[0] ?? "", "0.24.0")],
      "of operator 0.24.0",
    ],
    [
      "one without a version",
      [...all.slice(1), { ...crd(names[0] ?? ""), metadata: { name: names[0] } }],
      "of operator unknown",
    ],
    [
      "a pod among them",
      [...all, { apiVersion: "v1", kind: "Pod" }],
      "no CustomResourceDefinition",
    ],
    ["a text", ["hello"], "no CustomResourceDefinition"],
    ["nothing", [], "missing"],
  ])("%s is refused", (_, documents, message) => {
    expect(() => checkCrds(documents)).toThrow(message);
    expect(() => checkCrds(documents)).toThrow(setting);
  });

  test("a path that is not there is refused", async () => {
    await expect(loadCrds({ path: join(folder, "none.yaml") })).rejects.toThrow("cannot be read");
  });

  test("an address that answers something else is refused, by its checksum", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response("changed")));
    const sha256 = "0".repeat(64);
    await expect(loadCrds({ url: "https://files.test/crd.yaml", sha256 })).rejects.toThrow(
      `not ${sha256}`,
    );
  });

  test.each([
    ["answers 404", () => Promise.resolve(new Response("", { status: 404 })), "answers 404"],
    ["does not answer", () => Promise.reject(new Error("down")), "does not answer"],
  ])("an address that %s says to keep the file", async (_, answer, message) => {
    vi.stubGlobal("fetch", answer);
    const loading = loadCrds({ url: "https://files.test/crd.yaml", sha256: "0".repeat(64) });
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.toThrow('{"path": "that file"}');
  });

  test.each([
    ["http://files.test/crd.yaml", "0".repeat(64)],
    ["https://files.test/crd.yaml", ""],
  ])("%s with checksum %j is refused", async (url, sha256) => {
    await expect(loadCrds({ url, sha256 })).rejects.toThrow("is not an https address");
  });
});
