import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { portTrouble } from "../components/local/ports.ts";
import { primary } from "./primary.ts";
import { protectionsOff, readSettings, refuseUnknown } from "./settings.ts";
import { standby } from "./standby.ts";

const root = dirname(import.meta.dirname);
refuseUnknown(Object.keys(pulumi.runtime.allConfig()));
const settings = readSettings(new pulumi.Config("recover"), root);

const trouble = portTrouble(settings.portBase, outgoingPorts());
if (trouble !== undefined) void pulumi.log.warn(trouble);
for (const off of protectionsOff(settings)) void pulumi.log.warn(off);

/** The stack's outputs: the same names on every platform and in both roles. */
export default settings.role === "primary" ? primary(settings, root) : standby(settings, root);

function outgoingPorts(): string {
  try {
    return readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8");
  } catch {
    return ""; // No such kernel: nothing is known.
  }
}
