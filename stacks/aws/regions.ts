import { awsRegion, type AwsRegion } from "../../components/aws/context.ts";
import { partitionOf } from "../../lib/aws.ts";
import type { AwsSettings } from "../settings.ts";

/** A region as this stack works in it, by a provider of its own; nothing of it is ambient. */
export function regionOf(settings: AwsSettings, stack: string, name: string): AwsRegion {
  const { install, role, generation, account } = settings;
  return awsRegion(`aws-${name}`, {
    region: name,
    install,
    stack,
    role,
    generation,
    accountId: account,
    partition: partitionOf(name),
  });
}
