import type * as pulumi from "@pulumi/pulumi";
import { dataTags, type AwsRegion } from "../aws/context.ts";

/** Name of a part of the network, by which two installs in one account are told apart. */
export function partTags(region: AwsRegion, suffix: string): Record<string, pulumi.Input<string>> {
  return { Name: `${region.prefix}-${suffix}`, ...dataTags("none") };
}
