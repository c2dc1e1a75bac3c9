import type { Resource } from "./resource.ts";

/**
 * Whether the program sets a property that the service else fills in by itself, such as the policy of a
 * key: a state has it either way, the inputs tell who wrote it.
 */
export function isAsked(resource: Resource, property: string): boolean {
  const { inputs } = resource.facts;
  if (inputs === undefined) return resource.has(property);
  const value = inputs[property];
  return value !== undefined && value !== null && value !== "";
}
