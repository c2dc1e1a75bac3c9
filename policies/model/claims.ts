import { custom, kubernetes } from "../types.ts";
import type { Resource } from "./resource.ts";
import type { Stack } from "./stack.ts";
import type { Reader } from "./value.ts";

/** Types that ask for volumes. */
export const claimants: readonly string[] = [
  kubernetes.volumeClaim,
  kubernetes.statefulSet,
  custom.clickHouseInstallation,
];

/** Specifications of the volumes that it asks for. @throws NotKnown */
export function claimsOf(claimant: Resource): Reader[] {
  switch (claimant.type) {
    case kubernetes.volumeClaim:
      return [claimant.at("spec")];
    case kubernetes.statefulSet:
      return claimant.list("spec.volumeClaimTemplates").map((each) => each.at("spec"));
    default:
      return claimant.list("spec.templates.volumeClaimTemplates").map((each) => each.at("spec"));
  }
}

const defaultClass = "storageclass.kubernetes.io/is-default-class";

/** A claim of the stack gets its volume from this class, or may do so. */
export function isUsed(storageClass: Resource, stack: Stack): boolean {
  const name = storageClass.string("metadata.name");
  const isDefault =
    storageClass.at("metadata.annotations").entry(defaultClass)?.string("") === "true";
  return stack.of(...claimants).some((claimant) =>
    claimsOf(claimant).some((claim) => {
      const wanted = claim.string("storageClassName");
      return wanted === undefined ? isDefault : wanted === name;
    }),
  );
}
