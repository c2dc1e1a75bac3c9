import { load } from "js-yaml";

/** @throws Error when the text is not YAML */
export function parseYaml(text: string): unknown {
  return load(text);
}
