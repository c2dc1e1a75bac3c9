import { z } from "zod";

/** One resource of a stack's state. */
export const stateResource = z.object({
  urn: z.string(),
  type: z.string(),
  custom: z.boolean().default(false),
  id: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()).default({}),
  outputs: z.record(z.string(), z.unknown()).default({}),
  protect: z.boolean().default(false),
  retainOnDelete: z.boolean().default(false),
  /** Read from the cloud, never made or deleted. */
  external: z.boolean().default(false),
  /** About to be deleted. */
  delete: z.boolean().default(false),
  provider: z.string().optional(),
});

/** `deployment` of what `pulumi stack export` prints. https://www.pulumi.com/docs/iac/cli/commands/pulumi_stack_export/ */
export const deployment = z.object({ resources: z.array(stateResource).default([]) });

/** Last part of `urn:pulumi:prod::recover::aws:rds/instance:Instance::postgres-instance`. */
export function logicalName({ urn }: { readonly urn: string }): string {
  return urn.split("::").at(-1) ?? urn;
}
