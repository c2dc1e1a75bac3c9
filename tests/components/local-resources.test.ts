import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect, test, vi } from "vitest";
import { localProgram, toolsOfNobody } from "./local-stacks.ts";
import { record, type Recorded } from "./mocks.ts";

vi.mock("../../setup/tools.mjs", () => ({ loadTools: () => toolsOfNobody }));

const east = { role: "primary", region: "east", standbyRegion: "west" };
const west = {
  role: "standby",
  region: "west",
  standbyRegion: "west",
  vaultEndpoint: "http://127.0.0.1:27100",
  vaultAccessKeyId: "root-west",
  trust: { "0123": "a public key" },
};

/** Settings that change which resources there are, or what is in them. */
const cases: Readonly<Record<string, Record<string, unknown>>> = {
  primary: east,
  "primary-kraft": { ...east, kafkaMode: "kraft" },
  "primary-unprotected": {
    ...east,
    fullBackups: { off: "there is nothing to lose here" },
    incrementalBackups: { off: "there is nothing to lose here" },
  },
  "primary-clickhouse": { ...east, recoveries: ["clickhouse"] },
  "primary-zookeeper": { ...east, recoveries: ["zookeeper"] },
  "primary-postgres": { ...east, recoveries: ["postgres"] },
  "primary-all": {
    ...east,
    recoveries: ["clickhouse", "zookeeper", "postgres", "clickhouse", "zookeeper"],
  },
  "primary-postgres-after-clickhouse": { ...east, recoveries: ["clickhouse", "postgres"] },
  "primary-negative": {
    ...east,
    recoveries: ["clickhouse"],
    failpoints: "/failpoints",
    negativeControl: "skip-fence",
  },
  standby: west,
  "standby-takeover": { ...west, takeoverReason: "the region answers nothing" },
  "standby-kraft": { ...west, kafkaMode: "kraft", eventsTopic: "events", partitions: 12 },
  drill: { ...west, mode: "drill" },
};

/** Of this checkout: the same resource has other paths in everybody's. */
const project = join(import.meta.dirname, "../..");

/** A line for each resource, in order of type and name. */
function lines(made: readonly Recorded[]): string {
  const digest = (value: unknown): string => {
    const text = JSON.stringify(value)
      // First: it may lie within the project.
      .replaceAll(process.execPath, "/node")
      .replaceAll(project, "/checkout");
    return createHash("sha256").update(text).digest("hex").slice(0, 12);
  };
  return made
    .map(({ type, name, parent, inputs, dependsOn, ignoreChanges }) => {
      const parts = Object.entries(inputs)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => `${key}=${digest(value)}`);
      const rest = [
        ...(parent === undefined ? [] : [`in ${parent}`]),
        ...(dependsOn.length === 0 ? [] : [`after ${[...dependsOn].sort().join(",")}`]),
        ...(ignoreChanges.length === 0 ? [] : [`ignores ${[...ignoreChanges].sort().join(",")}`]),
      ];
      return [`${type} ${name}`, ...rest, ...parts].join("\n  ");
    })
    .sort()
    .join("\n");
}

/**
 * What a stack of the local platform is made of. A resource that changes its type, name, parent or inputs
 * here is replaced or updated in everybody's stacks: look at it, then `npx vitest -u`.
 */
test.each(Object.keys(cases))("resources of %s are what they were", async (name) => {
  pulumi.runtime.setConfig("recover:vaultSecretAccessKey", "a secret of a test");
  const made = await record(localProgram(cases[name] ?? {}));
  const dump = process.env["RECOVER_DUMP"];
  if (dump !== undefined) {
    writeFileSync(`${dump}/${name}.json`, JSON.stringify(made, undefined, 1));
  }
  await expect(`${lines(made)}\n`).toMatchFileSnapshot(`resources/${name}.txt`);
});
