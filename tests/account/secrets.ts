/** Names of fields that hold a secret. */
const secretField = /password|privatekey|secretaccesskey|sessiontoken|cluster-secret|identity$/i;
/** Shorter ones may turn up by chance. */
const shortest = 12;

/**
 * The secrets that pods are handed: in files of their own, in fields of a connection, in the address of a database.
 *
 * @param files of every Secret, by name
 */
export function secretsIn(files: readonly (readonly [name: string, content: string])[]): string[] {
  const found = files.flatMap(([name, content]) =>
    name.endsWith(".json") ? inJson(JSON.parse(content), "") : [[name, content] as const],
  );
  return [
    ...new Set(
      found
        .flatMap(([name, value]) => {
          const ofUrl = /^\w+:\/\/[^:/]+:([^@]+)@/.exec(value)?.[1];
          return [
            ...(secretField.test(name) && !name.endsWith("sha256") ? [value] : []),
            ...(ofUrl === undefined ? [] : [decodeURIComponent(ofUrl)]),
          ];
        })
        .filter((value) => value.length >= shortest),
    ),
  ];
}

function inJson(value: unknown, name: string): (readonly [string, string])[] {
  if (typeof value === "string") return [[name, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => inJson(inner, key));
}
