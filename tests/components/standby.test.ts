import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, test } from "vitest";
import { readSettings } from "../../stacks/settings.ts";
import { standby } from "../../stacks/standby.ts";
import { configOf, record, type Recorded } from "./mocks.ts";

let made: Recorded[];
beforeAll(async () => {
  const values: Record<string, unknown> = {
    role: "standby",
    region: "west",
    standbyRegion: "west",
    vaultEndpoint: "http://127.0.0.1:27100",
    vaultAccessKeyId: "root-west",
  };
  pulumi.runtime.setConfig("recover:vaultSecretAccessKey", "a secret of a test");
  made = await record(() => standby(readSettings(configOf(values), "/project"), "/project"));
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
  expect(JSON.stringify(made)).not.toContain("east");
});
