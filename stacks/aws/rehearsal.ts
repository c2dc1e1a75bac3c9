import type * as pulumi from "@pulumi/pulumi";

/** Definitions of the operator: other installations in the cluster would lose theirs. */
const shared = new Set(["kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"]);

/** Protections that AWS or Kubernetes keep themselves, by type. */
const released: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "aws:rds/instance:Instance": {
    deletionProtection: false,
    skipFinalSnapshot: true,
    finalSnapshotIdentifier: undefined,
    deleteAutomatedBackups: true,
  },
  "aws:eks/cluster:Cluster": { deletionProtection: false },
  "kubernetes:storage.k8s.io/v1:StorageClass": { reclaimPolicy: "Delete" },
};

/**
 * A drill holds nothing that is not in the vault: `pulumi destroy` takes all of it, with its volumes. What it wrote into
 * the vault stays as long as it is locked, below its own line.
 */
export const letGo: pulumi.ResourceTransformation = ({ type, props, opts }) => ({
  props: { ...(props as object), ...released[type] },
  opts: shared.has(type) ? opts : { ...opts, protect: false, retainOnDelete: false },
});
