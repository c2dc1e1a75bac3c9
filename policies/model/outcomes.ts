import { pass, violation, type Outcome } from "../rule.ts";

/** All violations in one, else what is not known, else a pass. */
export function together(outcomes: readonly Outcome[]): Outcome {
  const messages = outcomes.flatMap((each) => (each.kind === "violation" ? [each.message] : []));
  if (messages.length > 0) return violation(messages.join("; "));
  const open = outcomes.find(({ kind }) => kind === "unknown");
  if (open !== undefined) return open;
  const allBeside = outcomes.length > 0 && outcomes.every(({ kind }) => kind === "notApplicable");
  return (allBeside ? outcomes[0] : undefined) ?? pass;
}
