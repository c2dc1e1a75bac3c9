import * as pulumi from "@pulumi/pulumi";
import type { AwsPlatform } from "./aws/platform.ts";
import type { AwsSettings } from "./settings.ts";

/**
 * The standby before the day: what takes long, what may be sold out, and what the lost region may be needed
 * for (IAM answers from one region alone). No engine, no node, no data but the vault's copies. The same
 * resources with the same names are the beginning of a failover, which finds them there.
 */
export function pilotLight(
  settings: AwsSettings,
  platform: AwsPlatform,
): Record<string, pulumi.Input<unknown>> {
  platform.vault({ dependsOn: [] });
  const { cluster, network } = platform.foundation([], settings.failoverEpoch, {
    nodes: false,
  });
  return {
    mode: settings.mode,
    cluster: cluster.name,
    network: network.vpcId,
    failoverEpoch: settings.failoverEpoch,
  };
}
