import type * as pulumi from "@pulumi/pulumi";

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
