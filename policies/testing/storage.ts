import { PersistentVolumeClaim } from "@pulumi/kubernetes/core/v1/persistentVolumeClaim.js";
import { StorageClass } from "@pulumi/kubernetes/storage/v1/storageClass.js";
import type { types } from "@pulumi/kubernetes";
import { custom } from "../types.ts";
import type { Built, StackBuilder } from "./builder.ts";

type ClassArgs = types.input.storage.v1.StorageClass;

/** A class of EBS. */
export function storageClass(s: StackBuilder, more: Partial<ClassArgs> = {}, name = "gp3"): Built {
  return s.add(StorageClass, name, {
    metadata: { name },
    provisioner: "ebs.csi.aws.com",
    ...more,
  });
}

export function claim(
  s: StackBuilder,
  spec: Partial<types.input.core.v1.PersistentVolumeClaimSpec> = {},
  name = "files",
): Built {
  return s.add(PersistentVolumeClaim, name, {
    metadata: { name, namespace: "data" },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
      ...spec,
    },
  });
}

/** Volumes of Altinity's operator. */
export function operatedClaim(s: StackBuilder, spec: object): Built {
  return s.custom(custom.clickHouseInstallation, "clickhouse", {
    metadata: { name: "clickhouse", namespace: "data" },
    spec: { templates: { volumeClaimTemplates: [{ name: "data", spec }] } },
  });
}
