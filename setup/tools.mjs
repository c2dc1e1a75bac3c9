import { readFileSync } from "node:fs";
import { root, toolsFile } from "./lib/paths.mjs";

/** @typedef {import("./tools.d.mts").Tools} Tools */

const required = [
  "node",
  "java",
  "pulumi",
  "pulumiHome",
  "versitygw",
  "kafkaLibs",
  "zookeeperLibs",
  "postgresBin",
  "asNonRoot",
  "barmanBin",
  "binDir",
];

/**
 * What set-up installed, as absolute paths.
 * @param {string} [file]
 * @returns {Tools}
 */
export function loadTools(file = toolsFile) {
  /** @type {Record<string, unknown>} */
  let tools;
  try {
    tools = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    throw new Error("The engines are not installed. Run `npm run setup`.");
  }
  if (tools["root"] !== root) {
    throw new Error("The project was moved since its set-up. Run `npm run setup`.");
  }
  const missing = required.filter((name) => tools[name] === undefined);
  if (!tools["libchdb"] && !tools["clickhouse"]) missing.push("libchdb or clickhouse");
  if (missing.length > 0) {
    throw new Error(`Set-up is not complete: no ${missing.join(", ")}. Run \`npm run setup\`.`);
  }
  return /** @type {Tools} */ (/** @type {unknown} */ (tools));
}
