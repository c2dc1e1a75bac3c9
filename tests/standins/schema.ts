import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/**
 * Names of the inputs that a type takes, from the constructor of its class in the installed npm package: the
 * generator writes one line for each, and `undefined` for what is an output alone.
 *
 * @param type for example `aws:rds/instance:Instance`
 * @returns undefined for a custom resource of Kubernetes, which no package knows
 * @throws Error when the package has no such type
 */
export function inputsOf(type: string): ReadonlySet<string> | undefined {
  const [pkg = "", module = "", name = ""] = type.split(":");
  const home = dirname(require.resolve(`@pulumi/${pkg}/package.json`));
  const file = pkg === "kubernetes" ? join(module, `${lowerFirst(name)}.js`) : `${module}.js`;
  const path = join(home, file.replace(/^index\//, ""));
  if (!existsSync(path)) {
    if (pkg === "kubernetes" && module.includes(".")) return undefined;
    throw new Error(`@pulumi/${pkg} has no resource type ${type}`);
  }
  const lines = readFileSync(path, "utf8").matchAll(/resourceInputs\["(\w+)"\] = (.*);/g);
  // The first half of the constructor is for `get`, which takes outputs too.
  return new Set(
    [...lines]
      .filter(([, , value = ""]) => value.startsWith("args") || !/^(state|undefined)\b/.test(value))
      .map(([, input = ""]) => input),
  );
}

/** Of the npm package: the engine warns of a plugin that is older. */
export function versionOf(pkg: string): string {
  if (pkg === "recover") return "0.1.0";
  const { version } = require(`@pulumi/${pkg}/package.json`) as { version: string };
  return version;
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
