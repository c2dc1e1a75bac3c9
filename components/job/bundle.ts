import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { dataTags, type AwsRegion } from "../aws/context.ts";
import type { Bundle } from "../../scripts/bundle/bundle.ts";
import type { StoredBundle } from "./runner.ts";

export interface StoredBundleArgs {
  /** Of the control bucket: the standby's. */
  readonly region: AwsRegion;
  readonly bucket: pulumi.Input<string>;
  /** Made by `npm run dr -- bundle`. */
  readonly bundle: Pick<Bundle, "version" | "sha256" | "file">;
}

/**
 * Puts the scripts where Jobs find them. A key holds the checksum, so a bundle is never changed; one that
 * is no longer used stays, as a Job of an older state may still ask for it.
 */
export function storeBundle(
  name: string,
  { region, bucket, bundle }: StoredBundleArgs,
  opts?: pulumi.CustomResourceOptions,
): StoredBundle {
  const { version, sha256, file } = bundle;
  const object = new aws.s3.BucketObjectv2(
    name,
    {
      bucket,
      key: `bundles/${version}/${sha256}.tar.gz`,
      source: new pulumi.asset.FileAsset(file),
      // Of the archive before compression: another machine's zlib makes no new upload.
      sourceHash: sha256,
      contentType: "application/gzip",
      tags: dataTags("none"),
    },
    pulumi.mergeOptions({ provider: region.provider, retainOnDelete: true }, opts),
  );
  return { key: object.key, sha256 };
}
