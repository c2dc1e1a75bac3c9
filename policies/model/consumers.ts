import type { Objectives } from "../settings/objectives.ts";
import type { Stack } from "./stack.ts";

/** `failover`: a standby that takes over, and consumes from then on. */
export type Consumes = "active" | "standby" | "failover";

/** Which stacks say whether they consume events: this one, those beside it, those in the settings file. */
export function consumersOf(stack: Stack): Map<string, Consumes> {
  const all = new Map<string, Consumes>();
  for (const [name, objectives] of stack.declared) tell(name, ofObjectives(objectives));
  for (const each of [...stack.peers, stack]) tell(each.name, ofStack(each));
  return all;

  function tell(name: string, says: Consumes | undefined): void {
    if (says !== undefined) all.set(name, says);
  }
}

/** What it came out as, else what it is set to, else what is declared, else what its role does. */
function ofStack(stack: Stack): Consumes | undefined {
  const mode = stack.objectives.mode ?? stack.setting("mode");
  const says = stack.output("consumers") ?? stack.setting("consumers");
  if (says === "active" || says === "standby") {
    return says === "active" && mode === "failover" ? "failover" : says;
  }
  return ofObjectives({
    ...stack.objectives,
    ...(stack.role === undefined ? {} : { role: stack.role }),
    ...(mode === "failover" ? { mode } : {}),
  });
}

function ofObjectives({ consumers, role, mode }: Objectives): Consumes | undefined {
  if (role === "standby" && mode === "failover" && consumers !== "standby") return "failover";
  if (consumers !== undefined) return consumers;
  if (role === undefined) return undefined;
  return role === "primary" ? "active" : "standby";
}

/** A standby that takes over: what cannot be perfect on that day only advises. */
export function takesOver(stack: Stack): boolean {
  const mode = stack.objectives.mode ?? stack.setting("mode");
  return stack.role === "standby" && mode === "failover";
}
