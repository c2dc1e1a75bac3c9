import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { portTrouble } from "../components/local/ports.ts";
import { LocalPlatform } from "./local/platform.ts";
import { awsProgram, program, type Outputs } from "./programs.ts";
import {
  protectionsOff,
  readSettings,
  refuseUnknown,
  type AwsSettings,
  type LocalSettings,
} from "./settings.ts";

const root = dirname(import.meta.dirname);
/**
 * The stack's outputs: the same names on every platform and in both roles. The only export: Pulumi takes an entry point
 * with a default one or with named ones, not with both.
 */
export default function stack(): Outputs | Promise<Outputs> {
  refuseUnknown(Object.keys(pulumi.runtime.allConfig()));
  const settings = readSettings(new pulumi.Config("recover"), root);
  for (const off of protectionsOff(settings)) void pulumi.log.warn(off);
  return settings.platform === "aws" ? onAws(settings) : onThisMachine(settings);
}

async function onAws(chosen: AwsSettings): Promise<Outputs> {
  const { loadCrds } = await import("../components/clickhouse/crds.ts");
  const { makeBundle } = await import("../scripts/bundle/bundle.ts");
  const { clickhouseOperator: operator } = chosen;
  return awsProgram(chosen, {
    crds: "install" in operator ? await loadCrds(operator.install.crds) : [],
    bundle: makeBundle(root, join(root, ".cache/bundles")),
  });
}

function onThisMachine(settings: LocalSettings): Outputs {
  const trouble = portTrouble(settings.portBase, outgoingPorts());
  if (trouble !== undefined) void pulumi.log.warn(trouble);
  return program(settings, new LocalPlatform(settings, root));
}

function outgoingPorts(): string {
  try {
    return readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8");
  } catch {
    return ""; // No such kernel: nothing is known.
  }
}
