import { pass, violation, type Outcome } from "../rule.ts";

/** All violations in one, else what is not known, else what does not apply, else a pass. */
export function together(outcomes: readonly Outcome[]): Outcome {
  const messages = outcomes.flatMap((each) => (each.kind === "violation" ? [each.message] : []));
  if (messages.length > 0) return violation(messages.join("; "));
  const open = (["unknown", "notApplicable"] as const)
    .map((kind) => outcomes.find((each) => each.kind === kind))
    .find((each) => each !== undefined);
  return open ?? pass;
}
