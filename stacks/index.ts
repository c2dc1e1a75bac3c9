import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { portTrouble } from "../components/local/ports.ts";
import type { AwsOptions } from "./aws/platform.ts";
import { LocalPlatform } from "./local/platform.ts";
import type { Platform } from "./platform.ts";
import { primary } from "./primary.ts";
import {
  protectionsOff,
  readSettings,
  refuseUnknown,
  type AwsSettings,
  type LocalSettings,
  type Settings,
} from "./settings.ts";
import { standby } from "./standby.ts";

const root = dirname(import.meta.dirname);
/** The stack's outputs: the same names on every platform and in both roles. */
export default function stack():
  Record<string, pulumi.Input<unknown>> | Promise<Record<string, pulumi.Input<unknown>>> {
  refuseUnknown(Object.keys(pulumi.runtime.allConfig()));
  const settings = readSettings(new pulumi.Config("recover"), root);
  for (const off of protectionsOff(settings)) void pulumi.log.warn(off);
  return settings.platform === "aws" ? onAws(settings) : onThisMachine(settings);
}

async function onAws(chosen: AwsSettings): Promise<Record<string, pulumi.Input<unknown>>> {
  const { loadCrds } = await import("../components/clickhouse/crds.ts");
  const { makeBundle } = await import("../scripts/bundle/bundle.ts");
  const { clickhouseOperator: operator } = chosen;
  return awsProgram(chosen, {
    crds: "install" in operator ? await loadCrds(operator.install.crds) : [],
    bundle: makeBundle(root, join(root, ".cache/bundles")),
  });
}

/** The program of a stack on AWS, with what it needs from outside. */
export async function awsProgram(
  chosen: AwsSettings,
  options: AwsOptions,
): Promise<Record<string, pulumi.Input<unknown>>> {
  // Only here: the providers' packages are large, and stacks of this machine need none of them.
  const { AwsPlatform } = await import("./aws/platform.ts");
  const { pilotLight } = await import("./pilot-light.ts");
  const platform = new AwsPlatform(chosen, options);
  return chosen.role === "standby" && chosen.mode === "pilot-light"
    ? pilotLight(chosen, platform)
    : program(chosen, platform);
}

function onThisMachine(settings: LocalSettings): Record<string, pulumi.Input<unknown>> {
  const trouble = portTrouble(settings.portBase, outgoingPorts());
  if (trouble !== undefined) void pulumi.log.warn(trouble);
  return program(settings, new LocalPlatform(settings, root));
}

function program(chosen: Settings, platform: Platform): Record<string, pulumi.Input<unknown>> {
  return chosen.role === "primary" ? primary(chosen, platform) : standby(chosen, platform);
}

function outgoingPorts(): string {
  try {
    return readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8");
  } catch {
    return ""; // No such kernel: nothing is known.
  }
}
