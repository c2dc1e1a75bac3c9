import type { Manifest } from "./client.ts";

export function never(what: string): never {
  throw new Error(`${what} is not there`);
}

/** Finds the first manifest of a kind with this part in its name. @throws Error when there is none */
export function finderIn(manifests: readonly Manifest[]) {
  return (kind: string, part = ""): Manifest =>
    manifests.find((each) => each.kind === kind && each.metadata.name.includes(part)) ??
    never(`a ${kind} ${part}`);
}

/** A copy with another value at a path such as `spec.template.spec.hostNetwork`. */
export function spoil(manifest: Manifest, path: string, value: unknown): Manifest {
  const copy = structuredClone(manifest);
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  const place = keys.reduce<Record<string, unknown>>(
    (at, key) => (at[key] ?? never(`${key} of ${path}`)) as Record<string, unknown>,
    copy as unknown as Record<string, unknown>,
  );
  if (value === undefined) Reflect.deleteProperty(place, last);
  else place[last] = value;
  return copy;
}
