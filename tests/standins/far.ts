import type { Asked } from "./journal.ts";

/** Paths in `value` to what is in another region: an ARN there, or a name of AWS's there. */
function* farIn(value: unknown, region: string, path = ""): Generator<string> {
  if (typeof value === "string") {
    if (value.startsWith("{") || value.startsWith("[")) {
      try {
        yield* farIn(JSON.parse(value), region, path);
        return;
      } catch {
        // A text that only begins so.
      }
    }
    const there = new RegExp(`arn:aws[\\w-]*:[\\w-]+:${region}:|[.-]${region}\\.amazonaws\\.com`);
    if (there.test(value)) yield path;
  } else if (typeof value === "object" && value !== null) {
    for (const [key, part] of Object.entries(value)) yield* farIn(part, region, `${path}.${key}`);
  }
}

/** `TYPE NAME PATH` of all inputs that were handed over for good and name something in that region. */
export function inputsThatName(asked: readonly Asked[], region: string): readonly string[] {
  return asked
    .filter(({ method, preview }) => ["create", "update", "invoke"].includes(method) && !preview)
    .flatMap(({ type, name, inputs }) =>
      [...farIn(inputs, region)].map((path) => `${type} ${name} ${path}`),
    );
}
