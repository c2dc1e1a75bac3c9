import { awsQuery, xmlField, type QueryAccess } from "../aws/query.ts";
import type { RdsLookup, ReplicatedBackup } from "./rds-source.ts";

/**
 * The automated backups that a region has, also those of instances whose own region is gone. One
 * call of RDS's query API, by hand: no package of ours brings an RDS client.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstanceAutomatedBackups.html
 */
export function rdsBackups(access: QueryAccess): RdsLookup {
  return async () => {
    const found: ReplicatedBackup[] = [];
    let marker: string | undefined;
    do {
      const answer = await awsQuery(
        "rds",
        access,
        "DescribeDBInstanceAutomatedBackups",
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
