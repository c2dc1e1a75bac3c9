import { isDeepStrictEqual } from "node:util";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import type { JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb.js";

/** Properties of a resource as plain JSON values. */
export type Properties = Record<string, unknown>;

/**
 * What a preview sends for a value that only an update will know (`unknownValue` of
 * @pulumi/pulumi/runtime/rpc).
 */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

/** Has the engine keep a value as a secret in state and out of its display. */
export function secret(value: unknown): unknown {
  return { [SIGNATURE_KEY]: SECRET_SIGNATURE, value };
}

/** True when any part of a value is not known yet. */
export function hasUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (value === null || typeof value !== "object") return false;
  return Object.values(value).some(hasUnknown);
}

/** Top-level names whose values differ; absent and null count as the same. */
export function changedNames(olds: Properties, news: Properties): string[] {
  return [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter(
    (name) => !isDeepStrictEqual(olds[name] ?? null, news[name] ?? null),
  );
}

export function fromStruct(struct: Struct | undefined): Properties {
  return struct?.toJavaScript() ?? {};
}

export function toStruct(properties: Properties): Struct {
  // The round trip drops what JSON does not have (undefined), on which the encoder would fail.
  const plain = JSON.parse(JSON.stringify(properties)) as Record<string, JavaScriptValue>;
  return structPb.Struct.fromJavaScript(plain);
}
