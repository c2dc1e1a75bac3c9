import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { env } from "node:process";
import { PolicyPack } from "@pulumi/policy";
import { RunError } from "@pulumi/pulumi";
import { configOf, policiesOf } from "./engine.ts";
import { rules } from "./index.ts";
import { readStackOnce } from "./read-once.ts";
import { BadInput, readSettings } from "./settings/index.ts";

/** Settings file: the variable `RECOVER_POLICY_CONFIG`, else `policy.json` beside this file, else none. */
function settingsFile(): unknown {
  const beside = join(import.meta.dirname, "policy.json");
  const file = env["RECOVER_POLICY_CONFIG"] ?? (existsSync(beside) ? beside : undefined);
  if (file === undefined) return {};
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new BadInput(`${file} cannot be used: ${(error as Error).message}`);
  }
}

function start(): void {
  readStackOnce();
  // What the engine tells a pack of the stack that it is started for.
  const name = env["PULUMI_STACK"];
  const config = env["PULUMI_CONFIG"];
  const settings = readSettings(settingsFile(), name ?? "", rules);
  const told = {
    ...(name === undefined ? {} : { name }),
    ...(config === undefined ? {} : { config: JSON.parse(config) as Record<string, unknown> }),
  };
  const policies = policiesOf(rules, settings, told, () => new Date());
  new PolicyPack("recover", { policies }, configOf(rules, settings));
}

try {
  start();
} catch (error) {
  // Without a stack trace: the person who reads it has a settings file to mend.
  throw error instanceof BadInput ? new RunError(error.message) : error;
}
