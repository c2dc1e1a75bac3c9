import { ambientCredentials, type AwsCredentials } from "../aws/credentials.ts";
import { awsQuery, xmlField } from "../aws/query.ts";
import type { RdsLookup, ReplicatedBackup } from "./rds-source.ts";

export interface RdsBackupsArgs {
  /** The only region that is asked. */
  readonly region: string;
  /** @default RDS's own in that region */
  readonly endpoint?: string;
  /** @default the AWS SDK's chain: environment, profile, pod identity, instance */
  readonly credentials?: () => Promise<AwsCredentials>;
}

/**
 * The automated backups that a region has, also those of instances whose own region is gone. One
 * call of RDS's query API, by hand: no package of ours brings an RDS client.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstanceAutomatedBackups.html
 */
export function rdsBackups(args: RdsBackupsArgs): RdsLookup {
  const { region, endpoint, credentials = ambientCredentials(region) } = args;
  const rds = {
    host: "rds",
    label: "RDS",
    region,
    credentials,
    ...(endpoint === undefined ? {} : { endpoint }),
  };
  return async () => {
    const found: ReplicatedBackup[] = [];
    let marker: string | undefined;
    do {
      const answer = await awsQuery(
        rds,
        "DescribeDBInstanceAutomatedBackups",
        "2014-10-31",
        marker === undefined ? {} : { Marker: marker },
      );
      found.push(...backupsIn(answer));
      const next = xmlField(answer, "Marker");
      marker = next === "" ? undefined : next;
    } while (marker !== undefined);
    return found;
  };
}

/** Every element but its lists, which hold elements of other names. */
export function backupsIn(xml: string): ReplicatedBackup[] {
  const elements = xml.matchAll(/<DBInstanceAutomatedBackup>(.*?)<\/DBInstanceAutomatedBackup>/gs);
  return [...elements].map(([, element = ""]) => {
    const text = (name: string) => xmlField(element, name) ?? "";
    return {
      arn: text("DBInstanceAutomatedBackupsArn"),
      instanceArn: text("DBInstanceArn"),
      identifier: text("DBInstanceIdentifier"),
      resourceId: text("DbiResourceId"),
      engine: text("Engine"),
      engineVersion: text("EngineVersion"),
      masterUsername: text("MasterUsername"),
      port: Number(text("Port")),
      allocatedGib: Number(text("AllocatedStorage")),
      storageType: text("StorageType"),
      keyArn: xmlField(element, "KmsKeyId"),
      status: text("Status").toLowerCase(),
      earliest: xmlField(element, "EarliestTime"),
      latest: xmlField(element, "LatestTime"),
    };
  });
}
