import type * as pulumi from "@pulumi/pulumi";
import type { Made } from "./aws-mocks.ts";

/**
 * What an output holds, for a recorded program to await before it ends. An unknown one (dry run) never
 * settles: the test then runs into its time limit.
 */
export function valueOf<T>(output: pulumi.Output<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => {
    output.apply((value) => {
      resolve(value as pulumi.Unwrap<T>);
    });
  });
}

/** Logical names, of what a component hands on to depend on. */
export function namesOf(resources: readonly pulumi.Resource[]): string[] {
  return resources.map((resource) => (resource as unknown as { __name: string }).__name);
}

/** Types of AWS that take no tags. */
const untagged =
  /:(Alias|Route|RouteTableAssociation|RolePolicy|RolePolicyAttachment|AccessPolicyAssociation|PullThroughCacheRule)$/;

/** Resources of AWS that take tags and do not say what they hold. */
export function unlabelled(made: readonly Made[]): string[] {
  return made
    .filter(({ type }) => type.startsWith("aws:") && !untagged.test(type))
    .filter(({ inputs }) => !("recover:data" in ((inputs["tags"] as object | undefined) ?? {})))
    .map(({ name }) => name);
}
