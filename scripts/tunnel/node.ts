import { ambientCredentials, type AwsCredentials } from "../aws/credentials.ts";
import { awsQuery } from "../aws/query.ts";
import { UserError } from "../command.ts";

export interface NodeArgs {
  readonly region: string;
  readonly cluster: string;
  /** @default EC2's own in that region */
  readonly endpoint?: string;
  readonly credentials?: () => Promise<AwsCredentials>;
}

/**
 * A running node of an EKS cluster, by the tag that managed node groups set.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
 *
 * @returns an instance id, the first of all
 * @throws UserError when there is none
 */
export async function runningNode(args: NodeArgs): Promise<string> {
  const { region, cluster, endpoint, credentials = ambientCredentials(region) } = args;
  const answer = await awsQuery(
    {
      host: "ec2",
      label: "EC2",
      region,
      credentials,
      ...(endpoint === undefined ? {} : { endpoint }),
    },
    "DescribeInstances",
    "2016-11-15",
    {
      "Filter.1.Name": "tag:eks:cluster-name",
      "Filter.1.Value.1": cluster,
      "Filter.2.Name": "instance-state-name",
      "Filter.2.Value.1": "running",
    },
  );
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
