import type { Properties } from "../../provider/values.ts";

/** A resource, by what the program calls it. */
export interface Place {
  readonly stack: string;
  readonly type: string;
  readonly name: string;
}

/** Of `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. */
export function placeOf(urn: string): Place {
  const parts = urn.split("::");
  return {
    stack: parts[0]?.split(":").at(-1) ?? "",
    type: parts[2]?.split("$").at(-1) ?? "",
    name: parts.slice(3).join("::"),
  };
}

/** Inputs that make a thing's name, of which there can be only one in its region (a bucket's: anywhere). */
const named: Readonly<Record<string, readonly string[]>> = {
  "aws:cloudwatch/logGroup:LogGroup": ["name"],
  "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": ["ecrRepositoryPrefix"],
  "aws:eks/accessEntry:AccessEntry": ["clusterName", "principalArn"],
  "aws:eks/addon:Addon": ["clusterName", "addonName"],
  "aws:eks/cluster:Cluster": ["name"],
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": ["name"],
  "aws:kms/alias:Alias": ["name"],
  "aws:lambda/function:Function": ["name"],
  "aws:msk/cluster:Cluster": ["clusterName"],
  "aws:msk/configuration:Configuration": ["name"],
  "aws:mskconnect/connector:Connector": ["name"],
  "aws:mskconnect/customPlugin:CustomPlugin": ["name"],
  "aws:mskconnect/workerConfiguration:WorkerConfiguration": ["name"],
  "aws:rds/eventSubscription:EventSubscription": ["name"],
  "aws:rds/instance:Instance": ["identifier"],
  "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": [
    "sourceDbInstanceArn",
  ],
  "aws:s3/bucket:Bucket": ["bucket"],
  "aws:secretsmanager/secret:Secret": ["name"],
};

/**
 * What AWS or Kubernetes calls it, where the program names it: a second one of that name is refused.
 *
 * @param where region, or cluster
 * @returns undefined for what gets an id of its own each time it is made
 */
export function nameOf(type: string, where: string, inputs: Properties): string | undefined {
  if (type.startsWith("kubernetes:")) {
    const { namespace = "", name } = inputs["metadata"] as { namespace?: string; name: string };
    return [type, where, namespace, name].join(" ");
  }
  const parts = named[type]?.map((input) => inputs[input]);
  if (parts === undefined || parts.some((part) => typeof part !== "string")) return undefined;
  return [type, type === "aws:s3/bucket:Bucket" ? "" : where, ...parts].join(" ");
}
