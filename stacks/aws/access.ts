import * as pulumi from "@pulumi/pulumi";
import type { ScramLogin } from "../../components/kafka/aws.ts";
import type { WriterAccess } from "../../components/vault/local.ts";
import { s3Endpoint } from "../../lib/aws.ts";
import type { ConsumerLogin, ControlBucket, VaultSide } from "../../scripts/connection.ts";

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
    .apply(([b, a]): VaultSide => ({ ...ambient(region), backups: b, archive: a }));
}

export function controlOf(
  region: string,
  bucket: pulumi.Input<string>,
): pulumi.Output<ControlBucket> {
  return pulumi
    .output(bucket)
    .apply((name): ControlBucket => ({ ...ambient(region), bucket: name }));
}

export function accessOf(
  side: pulumi.Output<VaultSide>,
  control: pulumi.Output<ControlBucket>,
): WriterAccess {
  return { near: side, control };
}

/** Where a region's S3 answers, with the identity that the process has. */
function ambient(region: string) {
  return { credentials: "ambient" as const, endpoint: s3Endpoint({ region }), region };
}

/** ClickHouse's login of one epoch, by SCRAM: MSK has no client certificates without a private CA. */
export function scramConsumer(
  epoch: pulumi.Input<number>,
  login: pulumi.Output<ScramLogin>,
): pulumi.Output<ConsumerLogin> {
  return pulumi.secret(
    pulumi.all([epoch, login]).apply(([number, { username, password }]): ConsumerLogin => ({
      kind: "scram",
      epoch: number,
      name: username,
      password,
    })),
  );
}
