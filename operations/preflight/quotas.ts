import { paginateDescribeDBInstanceAutomatedBackups } from "@aws-sdk/client-rds";
import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  NoSuchResourceException,
} from "@aws-sdk/client-service-quotas";
import type { AwsSettings } from "../../stacks/settings.ts";
import { pages, type RegionClients } from "./aws.ts";
import { each, of, type AskedHere } from "./offered.ts";
import { quotas, type Owner, type Quota } from "./quota-list.ts";
import { asking, ok, red, type Row } from "./row.ts";

/** What the account may have, against what others have and this stack adds. */
export function quotasOf(
  clients: RegionClients,
  here: AskedHere,
  settings: AwsSettings,
  owner: Owner,
): Promise<readonly Row[]> {
  const { region } = clients;
  return each(quotas, (quota) => {
    const what = `quota: ${quota.what}`;
    const actions = [
      ...quota.actions,
      "servicequotas:GetServiceQuota",
      "servicequotas:GetAWSDefaultServiceQuota",
    ];
    return asking({ region, what, actions }, async () => {
      const needed = await quota.needed(here, settings, clients);
      if (needed === 0) return [];
      const taken = await quota.taken(clients, owner, here);
      return [
        against(
          region,
          what,
          await limitOf(clients, quota),
          needed,
          taken,
          increase(region, quota),
        ),
      ];
    });
  });
}

function against(
  region: string,
  what: string,
  limit: number,
  needed: number,
  taken: number,
  todo: (wanted: number) => string,
): Row {
  const found = `${limit}; taken by others ${taken}, needed ${needed}`;
  return taken + needed <= limit
    ? ok(region, what, found)
    : red(region, what, found, todo(taken + needed));
}

const increase =
  (region: string, { service, code }: Quota) =>
  (wanted: number) =>
    `aws service-quotas request-service-quota-increase --region ${region} --service-code ${service} ` +
    `--quota-code ${code} --desired-value ${wanted}; it may take days`;

/** The account's own value, or AWS's default where it never changed. */
async function limitOf({ quotas: client }: RegionClients, quota: Quota): Promise<number> {
  const key = { ServiceCode: quota.service, QuotaCode: quota.code };
  const { Quota: found } = await client
    .send(new GetServiceQuotaCommand(key))
    .catch((error: unknown) => {
      if (error instanceof NoSuchResourceException) {
        return client.send(new GetAWSDefaultServiceQuotaCommand(key));
      }
      throw error;
    });
  if (found?.Value === undefined) throw new Error(`Service Quotas knows no value of ${quota.code}`);
  return found.Value;
}

/**
 * Replicated automated backups a region may hold: no quota of Service Quotas.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html
 */
const longestListOfCopies = 20;

export function backupCopies(
  { region, rds }: RegionClients,
  { asked }: AskedHere,
  { prefix }: Owner,
): Promise<readonly Row[]> {
  const type = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication";
  const needed = of(asked, type).length;
  if (needed === 0) return Promise.resolve([]);
  const what = "limit: replicated RDS backups";
  return asking({ region, what, actions: ["rds:DescribeDBInstanceAutomatedBackups"] }, async () => {
    const all = await pages(
      paginateDescribeDBInstanceAutomatedBackups({ client: rds }, {}),
      (page) => page.DBInstanceAutomatedBackups,
    );
    const taken = all.filter(
      ({ DBInstanceArn: arn = "", DBInstanceIdentifier: name = "" }) =>
        arn.split(":")[3] !== region && !name.startsWith(`${prefix}-`),
    ).length;
    const todo = () => `No increase exists: end the replication of another instance into ${region}`;
    return [against(region, what, longestListOfCopies, needed, taken, todo)];
  });
}
