import type { PolicyResource } from "@pulumi/policy";
import { readPreview, readState } from "../model/from-json.ts";
import { stackFacts, treeOf } from "../model/from-policy.ts";
import { unknownCheckingProxy } from "../model/unknown-values.ts";
import { Stack, type StackFacts, type Surroundings } from "../model/stack.ts";
import { nowhere, open, type Built, type Phase, type StackBuilder } from "./builder.ts";

/** Each way that a stack reaches the rules. */
export const sources = ["engine preview", "engine up", "saved preview", "exported state"] as const;
export type Source = (typeof sources)[number];

/** The built stack as that source shows it to the rules. */
export function stackFrom(source: Source, builder: StackBuilder, around: Surroundings): Stack {
  return new Stack(factsFrom(source, builder), around);
}

function factsFrom(source: Source, builder: StackBuilder): StackFacts {
  const told = { name: builder.name };
  switch (source) {
    case "engine preview":
      return engineFacts(builder, "preview", { ...told, config: builder.config });
    case "engine up":
      return engineFacts(builder, "state", { ...told, config: builder.config });
    case "saved preview":
      return readPreview(JSON.stringify(previewOf(builder)), "preview.json");
    case "exported state":
      // As with the stack's own file beside it.
      return {
        ...readState(JSON.stringify(stateOf(builder)), "state.json"),
        config: builder.config,
      };
  }
}

const sentinel = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

function engineFacts(
  builder: StackBuilder,
  phase: Phase,
  told: Pick<StackFacts, "name" | "config">,
): StackFacts {
  const { resources, inputs } = engineView(builder, phase);
  const trees = new Map([...inputs].map(([urn, props]) => [urn, treeOf(props)]));
  return stackFacts({ resources }, trees, told);
}

/** What the engine hands to policies: resources at the end, inputs by URN before each step. */
export function engineView(
  builder: StackBuilder,
  phase: Phase,
): { readonly resources: PolicyResource[]; readonly inputs: ReadonlyMap<string, object> } {
  const asProps = (values: unknown) =>
    unknownCheckingProxy(replace(values, () => sentinel) as object);
  const byUrn = new Map<string, PolicyResource>();
  for (const each of builder.built) {
    byUrn.set(each.urn, {
      type: each.type,
      name: each.name,
      urn: each.urn,
      props: asProps(each.outputs(phase)),
      opts: {
        protect: each.options.protect ?? false,
        ignoreChanges: [...(each.options.ignoreChanges ?? [])],
        aliases: [],
        customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
        additionalSecretOutputs: [],
      },
      dependencies: [],
      propertyDependencies: {},
      isType: () => false,
      asType: () => undefined,
      provider: {
        type: providerType(each),
        name: providerName(each),
        urn: providerUrn(builder, each),
        props: asProps(providerInputs(each)),
      },
    });
  }
  const found = (urns: readonly string[]) => urns.flatMap((urn) => byUrn.get(urn) ?? []);
  for (const each of builder.built) {
    const resource = byUrn.get(each.urn);
    if (resource === undefined) continue;
    resource.dependencies = found(each.dependencies);
    resource.propertyDependencies = Object.fromEntries(
      Object.entries(each.propertyDependencies).map(([key, urns]) => [key, found(urns)]),
    );
  }
  const inputs = new Map(builder.built.map((each) => [each.urn, asProps(each.inputs(phase))]));
  return { resources: [...byUrn.values()], inputs };
}

/** What `pulumi preview --json` writes. */
export function previewOf(builder: StackBuilder): object {
  const json = (values: unknown) => replace(values, () => sentinel);
  return {
    config: builder.config,
    steps: [
      ...providersOf(builder, json).map((newState) => ({
        op: "create",
        urn: newState.urn,
        newState,
      })),
      ...builder.built.map((each) => ({
        op: "create",
        urn: each.urn,
        newState: resourceState(builder, each, json(each.inputs("preview")), {
          outputs: json(each.outputs("preview")),
        }),
      })),
    ],
  };
}

/** What `pulumi stack export` writes. */
export function stateOf(builder: StackBuilder): object {
  const secret = {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    ciphertext: "v1:abc",
  };
  const json = (values: unknown) => replace(values, () => secret);
  return {
    version: 3,
    deployment: {
      manifest: { time: "2026-11-25T00:00:00Z", magic: "", version: "v3.255.0" },
      ...(builder.secretsProvider === undefined
        ? {}
        : {
            secrets_providers: {
              type: builder.secretsProvider.type,
              state: { url: builder.secretsProvider.url },
            },
          }),
      resources: [
        ...providersOf(builder, json),
        ...builder.built.map((each) =>
          resourceState(builder, each, json(each.inputs("state")), {
            id: String(each.value("id", "state")),
            outputs: json(each.outputs("state")),
          }),
        ),
      ],
    },
  };
}

function resourceState(
  builder: StackBuilder,
  each: Built,
  inputs: unknown,
  more: { readonly id?: string; readonly outputs: unknown },
) {
  const { protect, retainOnDelete, parent } = each.options;
  return {
    urn: each.urn,
    type: each.type,
    custom: true,
    inputs,
    ...more,
    ...(protect === undefined ? {} : { protect }),
    ...(retainOnDelete === undefined ? {} : { retainOnDelete }),
    ...(parent === undefined ? {} : { parent: parent.urn }),
    dependencies: each.dependencies,
    propertyDependencies: each.propertyDependencies,
    provider: `${providerUrn(builder, each)}::provider-id`,
  };
}

function providersOf(builder: StackBuilder, json: (values: unknown) => unknown) {
  const byUrn = new Map(builder.built.map((each) => [providerUrn(builder, each), each]));
  return [...byUrn].map(([urn, each]) => ({
    urn,
    type: `pulumi:providers:${providerType(each)}`,
    custom: true,
    id: "provider-id",
    inputs: json(providerInputs(each)),
    outputs: json(providerInputs(each)),
  }));
}

function providerType(each: Built): string {
  return each.type.split(":")[0] ?? "";
}

function providerName(each: Built): string {
  if (each.options.provider !== undefined) return `${providerType(each)}-of-${each.name}`;
  const where = each.region === nowhere ? "ambient" : each.region;
  return `${providerType(each)}-${where}`;
}

function providerUrn(builder: StackBuilder, each: Built): string {
  const type = `pulumi:providers:${providerType(each)}`;
  return `urn:pulumi:${builder.name}::platform::${type}::${providerName(each)}`;
}

function providerInputs(each: Built): Record<string, unknown> {
  if (each.options.provider !== undefined) return { ...each.options.provider };
  return providerType(each) === "aws" && each.region !== nowhere ? { region: each.region } : {};
}

function replace(value: unknown, mark: () => unknown): unknown {
  if (value === open) return mark();
  if (Array.isArray(value)) return value.map((each) => replace(each, mark));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replace(each, mark)]));
}
