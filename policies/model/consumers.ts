import type { Objectives } from "../settings/objectives.ts";
import type { Stack } from "./stack.ts";

/** `failover`: a standby that takes over, and consumes from then on. */
export type Consumes = "active" | "standby" | "failover";

/** Which stacks say whether they consume events: this one, those beside it, those in the settings file. */
export function consumersOf(stack: Stack): Map<string, Consumes> {
  const all = new Map<string, Consumes>();
  for (const [name, { consumers, role, mode }] of stack.declared) {
    tell(name, consumes(consumers, role, mode));
  }
  for (const each of [...stack.peers, stack]) tell(each.name, ofStack(each));
  return all;

  function tell(name: string, says: Consumes | undefined): void {
    if (says !== undefined) all.set(name, says);
  }
}

/** What it came out as, else what it is set to, else what is declared, else what its role does. */
function ofStack(stack: Stack): Consumes | undefined {
  const said = [stack.output("consumers"), stack.setting("consumers"), stack.objectives.consumers];
  const consumers = said.find((each) => each === "active" || each === "standby");
  return consumes(consumers, stack.role, modeOf(stack));
}

function consumes(
  consumers: Objectives["consumers"],
  role: Objectives["role"],
  mode: string | undefined,
): Consumes | undefined {
  if (mode === "failover" && role !== "primary" && consumers !== "standby") return "failover";
  if (consumers !== undefined || role === undefined) return consumers;
  return role === "primary" ? "active" : "standby";
}

function modeOf(stack: Stack): string | undefined {
  return stack.objectives.mode ?? stack.setting("mode");
}

/** A standby that takes over: what cannot be perfect on that day only advises. */
export function takesOver(stack: Stack): boolean {
  return stack.role === "standby" && modeOf(stack) === "failover";
}
