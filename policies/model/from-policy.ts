import type { PolicyResource, ResourceValidationArgs, StackValidationArgs } from "@pulumi/policy";
import type { ResourceFacts } from "./resource.ts";
import type { StackFacts } from "./stack.ts";
import { UnknownValueError } from "./unknown-values.ts";
import { unknown, type Branch, type Tree } from "./value.ts";

/** Properties out of the engine's hands: what would throw when read becomes `unknown`. */
export function treeOf(properties: object): Branch {
  // A preview throws thousands of times here, and nobody looks at the traces.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return branchOf(properties);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function branchOf(properties: object): Branch {
  const tree: Record<string, Tree> = {};
  for (const key of Object.keys(properties)) {
    tree[key] = leaf(() => (properties as Record<string, unknown>)[key]);
  }
  return tree;
}

function leaf(read: () => unknown): Tree {
  let value: unknown;
  try {
    value = read();
  } catch (error) {
    if (error instanceof UnknownValueError) return unknown;
    throw error;
  }
  if (Array.isArray(value)) {
    // Not by `map`: it would read each element before we can catch what that throws.
    const list: readonly unknown[] = value;
    return Array.from({ length: list.length }, (_, i) => leaf(() => list[i]));
  }
  if (typeof value !== "object" || value === null) return value as Tree;
  // Assets and archives: there is nothing in them to judge, and their fields are promises.
  return Object.getPrototypeOf(value) === Object.prototype ? branchOf(value) : {};
}

/** What the program asked for, by URN: collected before each step, for {@link stackFacts}. */
export type InputsByUrn = ReadonlyMap<string, Branch>;

export function inputsOf(args: ResourceValidationArgs): Branch {
  return treeOf(args.props);
}

/**
 * A stack as the engine shows it to stack policies at the end of a preview or an update.
 *
 * Those see only outputs; with the inputs one can tell "not set" from "not known yet".
 */
export function stackFacts(
  args: Pick<StackValidationArgs, "resources">,
  inputs: InputsByUrn,
  known: Pick<StackFacts, "name" | "config">,
): StackFacts {
  return {
    ...known,
    source: "engine",
    resources: args.resources.map((each) => resourceFacts(each, inputs.get(each.urn))),
  };
}

function resourceFacts(resource: PolicyResource, inputs: Branch | undefined): ResourceFacts {
  const { urn, type, name, opts, props, provider } = resource;
  return {
    urn,
    type,
    name,
    inputs,
    outputs: treeOf(props),
    protect: opts.protect,
    ignoreChanges: opts.ignoreChanges,
    provider: provider && { name: provider.name, properties: treeOf(provider.props) },
    propertyDependencies: Object.fromEntries(
      Object.entries(resource.propertyDependencies).map(([property, sources]) => [
        property,
        sources.map((each) => each.urn),
      ]),
    ),
  };
}
