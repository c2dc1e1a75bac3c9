import { awsQuery, type QueryAccess } from "../aws/query.ts";
import { UserError } from "../command.ts";

export interface NodeArgs extends QueryAccess {
  readonly cluster: string;
}

/**
 * A running node of an EKS cluster, by the tag that managed node groups set.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
 *
 * @returns an instance id, the first of all
 * @throws UserError when there is none
 */
export async function runningNode(args: NodeArgs): Promise<string> {
  const { region, cluster } = args;
  const answer = await awsQuery("ec2", args, "DescribeInstances", {
    "Filter.1.Name": "tag:eks:cluster-name",
    "Filter.1.Value.1": cluster,
    "Filter.2.Name": "instance-state-name",
    "Filter.2.Value.1": "running",
  });
  const [first] = instanceIds(answer);
  if (first !== undefined) return first;
  throw new UserError(
    `no node of cluster ${cluster} runs in ${region}, and a tunnel begins at one: a pilot light has none. Set ` +
      "recover:mode to failover and run `pulumi up`, or wait until its node groups are up.",
  );
}

/** Every `<instanceId>`, in order; also those of network interfaces are the instance's own. */
export function instanceIds(xml: string): string[] {
  const ids = [...xml.matchAll(/<instanceId>(i-[0-9a-f]+)<\/instanceId>/g)].map(
    ([, id = ""]) => id,
  );
  return [...new Set(ids)].sort();
}
