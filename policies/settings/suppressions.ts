import { z } from "zod";

/** A violation that is accepted for a time, and why. */
export const suppressionSchema = z.strictObject({
  rule: z.string(),
  /** URN, logical name, or `type::name`; `stack` for what a rule says of the stack as a whole. */
  resource: z.string().min(1),
  reason: z.string().min(10, "say why, in at least 10 characters"),
  /** Last day on which it counts, UTC. */
  expires: z.iso.date(),
});

export type Suppression = z.output<typeof suppressionSchema>;

/** True until the end of its last day. */
export function isCurrent({ expires }: Suppression, today: Date): boolean {
  return today.toISOString().slice(0, 10) <= expires;
}

/** @param urn of the resource that violates; undefined for the stack as a whole */
export function concerns({ resource }: Suppression, urn: string | undefined): boolean {
  if (urn === undefined) return resource === "stack";
  return urn === resource || urn.endsWith(`::${resource}`) || urn.endsWith(`$${resource}`);
}
