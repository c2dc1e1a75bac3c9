import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import * as pulumi from "@pulumi/pulumi";

/** One resource as the program asked for it. */
export interface Recorded {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  /** Logical name; undefined at the top. */
  readonly parent: string | undefined;
  /** Logical names. */
  readonly dependsOn: readonly string[];
  readonly ignoreChanges: readonly string[];
}

/** A stack's configuration in the namespace `recover`, as the settings read it. */
export function configOf(values: Readonly<Record<string, unknown>>): pulumi.Config {
  const get = (key: string) => values[key];
  return { get, getObject: get, getNumber: get } as unknown as pulumi.Config;
}

/** Settings of `Pulumi.STACK.yaml` as the CLI hands them over, without `recover:`. */
export function shippedSettings(stack: string): Record<string, unknown> {
  const file = join(import.meta.dirname, "../..", `Pulumi.${stack}.yaml`);
  const { config } = load(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) =>
      key.startsWith("recover:") ? [[key.slice("recover:".length), value]] : [],
    ),
  );
}

/** What the steps answer in these tests, by command; the rest answers `{}`. */
const answers: Record<string, unknown> = {
  claim: { epoch: 1 },
  gate: { nextEpoch: 2 },
  // Not the gate's: so that it is seen who goes by which.
  fence: { epoch: 3 },
  "pick-ledger": { ledger: null, epoch: 2, epochs: [1, 2] },
  "kafka-topology": { clusterId: "cluster-of-a-test" },
};

/**
 * Runs a program against mocks of the provider `recover` and gives back what it made. That the engine
 * keeps to the order is tested on the real one.
 */
export async function record(program: () => unknown): Promise<Recorded[]> {
  const made: Recorded[] = [];
  await runMocked(program, false, (optionsOf) => ({
    newResource: ({ type, name, inputs }) => {
      const { parent, dependsOn, ignoreChanges = [] } = optionsOf(type, name);
      made.push({
        type,
        name,
        inputs: unwrap(inputs) as Record<string, unknown>,
        parent: nameOf(parent),
        dependsOn: dependenciesOf(dependsOn),
        ignoreChanges,
      });
      return {
        id: `${name}-id`,
        state: { ...(inputs as object), ...outputsOf(type, name, inputs) },
      };
    },
    call: ({ inputs }) => inputs as Record<string, unknown>,
  }));
  return made;
}

/**
 * Runs a program against mocks of a project `recover` and a stack `test`, until all is registered.
 *
 * @param mocksOf gets the options that a resource was asked for with, which mocks are not told
 */
export async function runMocked(
  program: () => unknown,
  dryRun: boolean,
  mocksOf: (
    optionsOf: (type: string, name: string) => pulumi.CustomResourceOptions,
  ) => pulumi.runtime.Mocks,
): Promise<void> {
  const asked = new Map<string, pulumi.CustomResourceOptions>();
  const mocks = mocksOf((type, name) => asked.get(`${type} ${name}`) ?? {});
  await pulumi.runtime.setMocks(mocks, "recover", "test", dryRun);
  await pulumi.runtime.runInPulumiStack(() => {
    pulumi.runtime.registerStackTransformation(({ type, name, opts }) => {
      asked.set(`${type} ${name}`, opts);
      return undefined;
    });
    return Promise.resolve(program());
  });
  // Waits for what is still being registered: the next program gets mocks of its own.
  await pulumi.runtime.disconnect();
}

/** The wire form of a secret: an object with this key and the value. */
export const signature = pulumi.runtime.specialSigKey;

/** Takes secrets out of their envelopes, at every depth. */
export function unwrap(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrap);
  if (typeof value !== "object" || value === null) return value;
  if (signature in value && "value" in value) return unwrap(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, unwrap(each)]));
}

function outputsOf(type: string, name: string, inputs: unknown): Record<string, unknown> {
  const { command } = inputs as { command?: string };
  switch (type) {
    case "recover:index:Key":
      return {
        value: `value-of-${name}`,
        keyId: "0123456789abcdef",
        publicKey: "public",
        certificate: `certificate-of-${name}`,
        privateKey: `key-of-${name}`,
      };
    case "recover:index:Process":
      return { alive: true, pid: 1, generation: 1 };
    case "recover:index:Step":
      return {
        result: answers[command ?? ""] ?? {},
        startedAt: "2026-01-01T00:00:00Z",
        finishedAt: "2026-01-01T00:00:01Z",
      };
    default:
      return {};
  }
}

export function nameOf(resource: pulumi.Resource | undefined): string | undefined {
  return (resource as unknown as { __name?: string } | undefined)?.__name;
}

/** Logical names of what a resource was told to wait for. */
export function dependenciesOf(dependsOn: pulumi.ResourceOptions["dependsOn"]): string[] {
  const list: unknown[] = Array.isArray(dependsOn) ? dependsOn : [dependsOn];
  return list.flatMap((each) => nameOf(each as pulumi.Resource | undefined) ?? []);
}
