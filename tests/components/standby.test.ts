import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, test } from "vitest";
import { LocalPlatform } from "../../stacks/local/platform.ts";
import { readLocalSettings } from "../../stacks/settings.ts";
import { standby } from "../../stacks/standby.ts";
import { configOf, record, type Recorded } from "./mocks.ts";

const values = {
  role: "standby",
  region: "west",
  standbyRegion: "west",
  vaultEndpoint: "http://127.0.0.1:27100",
  vaultAccessKeyId: "root-west",
};
const program = (mode: string) => () => {
  const settings = readLocalSettings(configOf({ ...values, mode }), "/project");
  return standby(settings, new LocalPlatform(settings, "/project"));
};

let made: Recorded[];
let rehearsed: Recorded[];
beforeAll(async () => {
  pulumi.runtime.setConfig("recover:vaultSecretAccessKey", "a secret of a test");
  made = await record(program("failover"));
  rehearsed = await record(program("drill"));
});

interface StepInputs {
  readonly command: string;
  readonly connection: { readonly line: string };
  readonly params?: {
    readonly line?: string;
    readonly recoveryId?: string;
    readonly users?: Readonly<Record<string, string>>;
  };
}
const stepsOf = (resources: readonly Recorded[]) =>
  resources
    .filter(({ type }) => type === "recover:index:Step")
    .map(({ inputs }) => inputs as unknown as StepInputs);
const loginsOf = (resources: readonly Recorded[]) =>
  stepsOf(resources).flatMap(({ params }) => Object.keys(params?.users ?? {}));
const reading = ["pick-ledger", "restore", "verify-restore", "replay"];

test("a failover goes on with the primary's line", () => {
  for (const { connection, params } of stepsOf(made)) {
    expect(connection.line).toBe("main");
    expect(params?.line).toBeUndefined();
  }
  expect(loginsOf(made)).toContain("archiver-e2-value-of");
  expect(loginsOf(made)).toContain("replicator-writer");
});

test("a drill has a line of its own, and reads the primary's", () => {
  for (const { command, connection, params } of stepsOf(rehearsed)) {
    expect(connection.line).toBe("drill-value-of");
    expect(params?.line).toBe(reading.includes(command) ? "main" : undefined);
    if (params?.recoveryId !== undefined) expect(params.recoveryId).toBe("drill-value-of");
  }
  expect(loginsOf(rehearsed).sort()).toEqual(
    ["archiver-e2", "backup-e2", "lease-e2", "recovery", "wal-e2"].map(
      (login) => `drill-value-of-${login}-value-of`,
    ),
  );
});

test("a drill's PostgreSQL reads every epoch of the primary, and archives below its own line", () => {
  const server = rehearsed.find(({ name }) => name === "postgres-server");
  const files = server?.inputs["files"] as { path: string; content: string }[];
  const plan = files.find(({ path }) => path === "conf/restore.json")?.content;
  expect(plan?.replaceAll(/\s/g, "")).toContain('["e2","e1"]');
  expect(JSON.stringify(files)).toContain("drill-value-of/e2");
});

test("a drill's engines have folders of their own", () => {
  const homes = (resources: readonly Recorded[]) =>
    resources.flatMap(({ inputs }) => (typeof inputs["home"] === "string" ? [inputs["home"]] : []));
  expect(homes(rehearsed).length).toBe(homes(made).length);
  for (const home of homes(rehearsed)) expect(home).toContain("/west-drill/");
});

test("the report joins every box, from the gate to the backup", () => {
  const report = made.find((each) => each.name === "report");
  const { results } = report?.inputs["params"] as { results: Record<string, unknown> };
  expect(Object.keys(results).sort()).toEqual(
    [
      "gate",
      "pick",
      "structure",
      "restore",
      "verify",
      "fence",
      "quarantine",
      "replay",
      "tenancy",
      "cursors",
      "attach",
      "prove",
      "backup",
    ].sort(),
  );
});

test("nothing of the primary's region is read", () => {
  const endpoints = [...JSON.stringify(made).matchAll(/https?:\/\/[\d.]+:(\d+)/g)].map(([, port]) =>
    Number(port),
  );
  expect(endpoints).not.toEqual([]);
  const { portBase } = readLocalSettings(configOf(values), "/project");
  // East has the first hundred ports, west the second.
  for (const port of endpoints) expect(port).toBeGreaterThanOrEqual(portBase + 100);
  for (const { inputs } of made) {
    if (typeof inputs["home"] === "string") expect(inputs["home"]).toContain("/west/");
  }
});

test("what the primary needs is not touched before the fence", () => {
  const touching = made.filter(({ inputs }) =>
    JSON.stringify(inputs["params"] ?? {}).includes("replicator-writer"),
  );
  expect(touching.map(({ name }) => name)).toEqual(["vault-replicators-near"]);
  expect(touching[0]?.dependsOn).toContain("recovery-fence");
  expect(loginsOf(rehearsed).join()).not.toContain("replicator");
});

test("the epoch's writers may write before anything is filled", () => {
  for (const [resources, armed] of [
    [made, "vault-replicators-near"],
    [rehearsed, "vault-armed-near"],
  ] as const) {
    const quarantine = resources.find(({ name }) => name === "recovery-quarantine");
    expect(quarantine?.dependsOn).toEqual(["recovery-fence", armed]);
  }
});

test("a box that is done stays done, whatever login changes; what serves on follows", () => {
  const pinned = made.filter(({ ignoreChanges }) => ignoreChanges.includes("connection"));
  expect(pinned.map(({ name }) => name).sort()).toEqual(
    [
      "pick",
      ...["structure", "data", "verify", "fence", "quarantine", "fill", "tenancy", "cursors"].map(
        (box) => `recovery-${box}`,
      ),
      "report",
    ].sort(),
  );
});
