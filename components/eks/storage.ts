import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { dataTags, type AwsRegion } from "../aws/context.ts";

/** Tags of volumes, as parameters of the EBS driver. */
function volumeTags(region: AwsRegion): Record<string, pulumi.Output<string>> {
  const tags = Object.entries({ ...region.tags, ...dataTags("events") });
  return Object.fromEntries(
    tags.map(([key, value], index) => [
      `tagSpecification_${index + 1}`,
      pulumi.interpolate`${key}=${value}`,
    ]),
  );
}

/**
 * The class of all volumes: gp3, encrypted by our key, made in the zone of the first pod, kept when the
 * claim is deleted.
 * https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md
 */
export function storageClassOf(
  name: string,
  region: AwsRegion,
  keyArn: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  return new kubernetes.storage.v1.StorageClass(
    `${name}-storage`,
    {
      metadata: { name: "recover-gp3" },
      provisioner: "ebs.csi.aws.com",
      parameters: {
        type: "gp3",
        encrypted: "true",
        kmsKeyId: keyArn,
        "csi.storage.k8s.io/fstype": "ext4",
        ...volumeTags(region),
      },
      volumeBindingMode: "WaitForFirstConsumer",
      reclaimPolicy: "Retain",
      allowVolumeExpansion: true,
    },
    { ...opts, protect: true },
  ).metadata.name;
}
