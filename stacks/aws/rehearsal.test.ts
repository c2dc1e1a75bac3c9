import { describe, expect, test } from "vitest";
import { letGo } from "./rehearsal.ts";

const of = (type: string, props: object = {}) =>
  letGo({
    type,
    name: "x",
    props,
    opts: { protect: true, retainOnDelete: true, ignoreChanges: ["tags"] },
    resource: undefined as never,
  });

describe("what a drill made", () => {
  test("goes with it, whatever holds a real one", () => {
    expect(of("aws:msk/cluster:Cluster", { clusterName: "acme-drill-g1-kafka" })).toEqual({
      props: { clusterName: "acme-drill-g1-kafka" },
      opts: { protect: false, retainOnDelete: false, ignoreChanges: ["tags"] },
    });
    const database = of("aws:rds/instance:Instance", {
      deletionProtection: true,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: "acme-final",
      storageEncrypted: true,
    });
    expect(database?.props).toEqual({
      deletionProtection: false,
      skipFinalSnapshot: true,
      finalSnapshotIdentifier: undefined,
      deleteAutomatedBackups: true,
      storageEncrypted: true,
    });
    expect(of("aws:eks/cluster:Cluster")?.props).toEqual({ deletionProtection: false });
    expect(of("kubernetes:storage.k8s.io/v1:StorageClass")?.props).toEqual({
      reclaimPolicy: "Delete",
    });
  });

  test("but not the operator's definitions, which are every installation's", () => {
    const { opts } =
      of("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition") ?? expect.fail();
    expect(opts).toMatchObject({ protect: true, retainOnDelete: true });
  });
});
