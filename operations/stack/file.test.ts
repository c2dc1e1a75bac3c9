import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UserError } from "../../scripts/command.ts";
import { readStack } from "./file.ts";

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "recover-file-"));
  mkdirSync(join(root, "vendor"));
  writeFileSync(join(root, "vendor/plugin.zip"), "a plugin");
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const project = `
config:
  recover:partitions: { type: integer, default: 6 }
  recover:platform: { type: string, default: local }
  recover:rpo: { type: string, default: "" }
  recover:eventsTopic: clickhouse_events_json
`;
const stack = (more = "") => `
config:
  recover:platform: aws
  recover:role: primary
  recover:region: eu-central-1
  recover:standbyRegion: eu-west-1
  recover:account: "111122223333"
  recover:install: acme
  recover:vaultName: acme-vault
  recover:zones: [eu-central-1a, eu-central-1b, eu-central-1c]
  recover:network: { create: { cidr: 10.0.0.0/16 } }
  recover:cluster: { adopt: { clusterName: ours, storageClass: gp3 } }
  recover:clusterKubeconfig: { secure: AAABACrypted }
  recover:imageOrigin: { mirror: registry.test/mirror }
  recover:clickhouseOperator: { existing: { namespace: clickhouse } }
  recover:archive: { kind: lenses, plugin: { path: vendor/plugin.zip, sha256: "${"0".repeat(64)}" } }
${more}`;
const written = (text: string, name = "prod") => {
  writeFileSync(join(root, "Pulumi.yaml"), project);
  writeFileSync(join(root, `Pulumi.${name}.yaml`), text);
  return name;
};

describe("a stack's files", () => {
  test("are read as its program reads them, with the project's defaults", () => {
    const { settings, config, name } = readStack(`organization/recover/${written(stack())}`, {
      root,
    });
    expect(name).toBe("prod");
    expect(settings).toMatchObject({
      partitions: 6,
      eventsTopic: "clickhouse_events_json",
      rpo: 1800,
      archive: { plugin: { path: join(root, "vendor/plugin.zip") } },
    });
    expect(config["recover:zones"]).toBe('["eu-central-1a","eu-central-1b","eu-central-1c"]');
  });

  test("keep their secrets closed", () => {
    const { config } = readStack(written(stack()), { root });
    expect(config["recover:clusterKubeconfig"]).toBe("a secret that is not read here");
    expect(JSON.stringify(config)).not.toContain("AAABACrypted");
  });

  test("may be read with other settings instead", () => {
    const { settings } = readStack(written(stack()), { root, instead: { partitions: 12 } });
    expect(settings.partitions).toBe(12);
  });

  test("name the connector's file as they do, where another stands in for it", () => {
    const standIn = { path: join(root, "vendor/plugin.zip"), sha256: "1".repeat(64) };
    const missing = stack().replace("vendor/plugin.zip", "vendor/nowhere.zip");
    const { settings, plugin } = readStack(written(missing), { root, standIn });
    expect(settings.archive).toMatchObject({ plugin: standIn });
    expect(plugin).toEqual({ path: join(root, "vendor/nowhere.zip"), sha256: "0".repeat(64) });
    expect(() => readStack(written(missing), { root })).toThrow(/there is no such file/);
  });

  test("of the shipped examples are read as they are", () => {
    const standIn = { path: join(root, "vendor/plugin.zip"), sha256: "1".repeat(64) };
    expect(readStack("prod", { standIn }).settings.role).toBe("primary");
    expect(readStack("dr", { standIn }).settings.mode).toBe("failover");
  });
});

describe("is refused", () => {
  test.each<[string, () => unknown, RegExp]>([
    ["no stack", () => readStack(undefined), /which stack\? Pass --stack NAME/],
    ["a stack without a file", () => readStack("nowhere"), /there is no .*Pulumi\.nowhere\.yaml/],
    ["a stack of this machine", () => readStack("local"), /is on platform local/],
    ["what is no YAML", () => readStack(written("a: [", "broken"), { root }), /is no YAML/],
    [
      "a setting that there is not",
      () => readStack(written(stack("  recover:regoin: eu-west-3"), "slip"), { root }),
      /recover:regoin: there is no such setting/,
    ],
    [
      "a contradiction, as in a preview",
      () => readStack(written(stack().replace("eu-west-1", "eu-central-1"), "same"), { root }),
      /recover:standbyRegion: is eu-central-1/,
    ],
  ])("%s", (_, read, said) => {
    expect(read).toThrow(said);
    expect(read).toThrow(UserError);
  });
});
