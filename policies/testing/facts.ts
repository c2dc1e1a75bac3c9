import type { ResourceFacts } from "../model/resource.ts";
import { Stack, type StackFacts, type Surroundings } from "../model/stack.ts";

/** A resource as a source tells it, where it matters what that source leaves out. */
export function factsOf(type: string, more: Partial<ResourceFacts> = {}): ResourceFacts {
  const { name = "it" } = more;
  return {
    urn: `urn:pulumi:prod::platform::${type}::${name}`,
    type,
    name,
    outputs: {},
    protect: false,
    propertyDependencies: {},
    ...more,
  };
}

/** A stack of such resources. */
export function stackOf(
  resources: readonly ResourceFacts[],
  more: Partial<StackFacts> = {},
  around: Partial<Surroundings> = {},
): Stack {
  return new Stack({ source: "state", resources, ...more }, { objectives: {}, ...around });
}
