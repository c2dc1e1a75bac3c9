import { createRequire } from "node:module";

interface Yaml {
  load(text: string): unknown;
}

// Comes with @pulumi/pulumi, without types.
const yaml = createRequire(import.meta.url)("js-yaml") as Yaml;

/** @throws Error when the text is not YAML */
export function parseYaml(text: string): unknown {
  return yaml.load(text);
}
