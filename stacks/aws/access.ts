import * as pulumi from "@pulumi/pulumi";
import type { ScramLogin } from "../../components/kafka/aws.ts";
import type { WriterAccess } from "../../components/vault/local.ts";
import type { ConsumerLogin, ControlBucket, VaultSide } from "../../scripts/connection.ts";

/** Where S3 of a region answers. https://docs.aws.amazon.com/general/latest/gr/s3.html */
export function s3Endpoint(region: string): string {
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return `https://s3.${region}.${domain}`;
}

/**
 * Buckets that are reached as what the process already is: a pod by its service account's IAM role, a
 * person by a profile. No key of AWS is in a state or a Secret.
 */
export interface Reached {
  readonly region: string;
  readonly backups: pulumi.Input<string>;
  readonly archive: pulumi.Input<string>;
}

export function vaultSideOf({ region, backups, archive }: Reached): pulumi.Output<VaultSide> {
  return pulumi
    .all([backups, archive])
    .apply(([b, a]) => ambient({ region, backups: b, archive: a }) as VaultSide);
}

export function controlOf(
  region: string,
  bucket: pulumi.Input<string>,
): pulumi.Output<ControlBucket> {
  return pulumi.output(bucket).apply((name) => ambient({ region, bucket: name }) as ControlBucket);
}

export function accessOf(
  side: pulumi.Output<VaultSide>,
  control: pulumi.Output<ControlBucket>,
): WriterAccess {
  return { near: side, control };
}

/** The data plane's form of it: `credentials: "ambient"` instead of two keys. */
function ambient(place: { readonly region: string } & Readonly<Record<string, string>>): unknown {
  return { credentials: "ambient", endpoint: s3Endpoint(place.region), ...place };
}

/** ClickHouse's login of one epoch, by SCRAM: MSK has no client certificates without a private CA. */
export function scramConsumer(
  epoch: pulumi.Input<number>,
  login: pulumi.Output<ScramLogin>,
): pulumi.Output<ConsumerLogin> {
  return pulumi.secret(
    pulumi
      .all([epoch, login])
      .apply(
        ([number, { username, password }]) =>
          ({ epoch: number, name: username, password }) as unknown as ConsumerLogin,
      ),
  );
}
