import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { describe, expect, test } from "vitest";
import { image } from "../../tests/components/kubernetes.ts";
import { installationSpec, type InstallationArgs } from "./kubernetes-installation.ts";

/** A folder with the operator's published custom resource definitions, which are not ours to copy. */
const folder = process.env["RECOVER_OPERATOR_DEFINITIONS"];
const file = "clickhouseinstallations.clickhouse.altinity.com.yaml";

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
}

/** What the definition uses of JSON schema, with unknown fields refused as by strict validation. */
function faults(value: unknown, schema: Schema, path = "spec"): string[] {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const types: Record<string, boolean> = {
    object: isObject,
    array: Array.isArray(value),
    string: typeof value === "string",
    integer: Number.isInteger(value),
    number: typeof value === "number",
    boolean: typeof value === "boolean",
  };
  const { type } = schema;
  if (type !== undefined && types[type] !== true) return [`${path} is no ${type}`];
  const found: string[] = [];
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    found.push(`${path} is none of ${schema.enum.join(", ")}`);
  }
  if (typeof value === "number") {
    if (value < (schema.minimum ?? -Infinity)) found.push(`${path} is too small`);
    if (value > (schema.maximum ?? Infinity)) found.push(`${path} is too large`);
  }
  if (typeof value === "string") {
    if (value.length < (schema.minLength ?? 0)) found.push(`${path} is too short`);
    if (value.length > (schema.maxLength ?? Infinity)) found.push(`${path} is too long`);
    if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value)) {
      found.push(`${path} does not match ${schema.pattern}`);
    }
  }
  if (Array.isArray(value) && schema.items !== undefined) {
    const { items } = schema;
    found.push(...value.flatMap((each, index) => faults(each, items, `${path}[${index}]`)));
  }
  if (isObject) {
    for (const name of schema.required ?? []) {
      if (!(name in value)) found.push(`${path}.${name} is missing`);
    }
    for (const [name, each] of Object.entries(value)) {
      const known = schema.properties?.[name];
      if (known !== undefined) found.push(...faults(each, known, `${path}.${name}`));
      else if (schema["x-kubernetes-preserve-unknown-fields"] !== true) {
        found.push(`${path}.${name} is unknown`);
      }
    }
  }
  return found;
}

const args: InstallationArgs = {
  image: image("clickhouse"),
  shards: 2,
  replicas: 2,
  zones: ["eu-central-1a", "eu-central-1b"],
  storageClass: "recover-gp3",
  storage: "200Gi",
  cpu: "2",
  memory: "8Gi",
  zookeeper: [{ host: "zookeeper-0.zookeeper.recover.svc.cluster.local", port: 2181 }],
  networks: ["10.0.0.0/16"],
  kafka: "certificate",
  vault: { endpoint: "https://s3.amazonaws.com", region: "r", bucket: "b" },
  vaultLogin: "keys",
  secret: "clickhouse-0123456789ab",
  serviceAccount: "clickhouse",
};

const why =
  folder === undefined
    ? " (skipped: RECOVER_OPERATOR_DEFINITIONS must name a folder that has the operator's " +
      `${file})`
    : "";

/**
 * Proves: every field is one that the operator's definition has, with a value that it allows. Does not
 * prove what the operator makes of it, nor what is in fields that the definition leaves open (pods,
 * users, files).
 */
describe.skipIf(folder === undefined)(`the operator's definition${why}`, () => {
  const definition = (): Schema => {
    const read = load(readFileSync(join(folder ?? "", file), "utf8")) as {
      spec: {
        versions: {
          name: string;
          schema: { openAPIV3Schema: { properties: { spec: Schema } } };
        }[];
      };
    };
    const version = read.spec.versions.find(({ name }) => name === "v1");
    if (version === undefined) throw new Error(`${file} has no version v1`);
    return version.schema.openAPIV3Schema.properties.spec;
  };

  test("accepts the installation, with every kind of login", () => {
    for (const kafka of ["scram", "certificate"] as const) {
      for (const vaultLogin of ["keys", "environment"] as const) {
        expect(faults(installationSpec({ ...args, kafka, vaultLogin }), definition())).toEqual([]);
      }
    }
  });

  test("refuses what is wrong, so that the test above can fail", () => {
    const spec = installationSpec(args);
    const wrong = (change: object) => faults({ ...spec, ...change }, definition());
    expect(wrong({ templatez: {} })).toEqual(["spec.templatez is unknown"]);
    expect(wrong({ stop: "perhaps" })[0]).toMatch(/^spec\.stop is none of/);
    expect(wrong({ defaults: { storageManagement: { reclaimPolicy: "Keep" } } })[0]).toMatch(
      /reclaimPolicy is none of/,
    );
    expect(
      wrong({ configuration: { clusters: [{ name: "main", pdbMaxUnavailable: 70_000 }] } }),
    ).toEqual(["spec.configuration.clusters[0].pdbMaxUnavailable is too large"]);
    expect(wrong({ configuration: { clusters: [{ name: "a".repeat(20) }] } })).not.toEqual([]);
    expect(wrong({ configuration: { zookeeper: { nodes: [{ host: 1 }] } } })).toEqual([
      "spec.configuration.zookeeper.nodes[0].host is no string",
    ]);
  });
});
