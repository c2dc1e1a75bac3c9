import { GetObjectLockConfigurationCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { bucketName } from "../../components/vault/names.ts";
import verifyBackup from "../../scripts/commands/verify-backup.ts";
import type { Context } from "../../scripts/command.ts";
import type { Connection, ControlBucket } from "../../scripts/connection.ts";
import { withControl } from "../../scripts/fence/control.ts";
import { rdsBackups } from "../../scripts/postgres/rds-backups.ts";
import { newestRdsManifest } from "../../scripts/postgres/rds-record.ts";
import { restoreSource } from "../../scripts/postgres/rds-source.ts";
import type { BucketPurpose } from "../../scripts/vault/policies.ts";
import type { AwsSettings } from "../../stacks/settings.ts";
import type { RegionClients } from "./aws.ts";
import { bucketState } from "./names.ts";
import { each } from "./offered.ts";
import { asking, ok, red, type Row } from "./row.ts";

/** What a recovery reads, in the region where it will read it. */
export async function recoverable(
  clients: RegionClients,
  stack: string,
  settings: AwsSettings,
): Promise<readonly Row[]> {
  const buckets = await vaultBuckets(clients, settings);
  if (buckets.some(({ status }) => status === "red"))
    return [...buckets, ...(await backup(clients, settings))];
  const connection = await connectionOf(clients, stack, settings);
  return [
    ...buckets,
    ...(await ledger(clients, connection)),
    ...(await manifest(clients, connection, settings)),
    ...(await backup(clients, settings, connection.control)),
  ];
}

function vaultBuckets(clients: RegionClients, settings: AwsSettings): Promise<readonly Row[]> {
  const { region, s3 } = clients;
  const { vaultName, account } = settings;
  return each(["backups", "archive", "control"] as const, (purpose) => {
    const bucket = bucketName(vaultName, region, purpose);
    const what = `vault: ${bucket}`;
    const actions = ["s3:ListBucket", "s3:GetBucketObjectLockConfiguration"];
    return asking({ region, what, actions }, async () => {
      const state = await bucketState(clients, bucket, account);
      if (state !== "ours")
        return [
          red(
            region,
            what,
            notOurs[state],
            `${toldBy}, and run \`pulumi up\` of the primary first`,
          ),
        ];
      const owner = { Bucket: bucket, ExpectedBucketOwner: account };
      const { KeyCount: objects = 0 } = await s3.send(
        new ListObjectsV2Command({ ...owner, MaxKeys: 1 }),
      );
      if (!(await lockedAsShouldBe(clients, purpose, owner))) {
        return [
          red(
            region,
            what,
            "has no Object Lock",
            "It is not the vault that the primary's stack made: look at recover:vaultName",
          ),
        ];
      }
      return objects === 0
        ? [
            red(
              region,
              what,
              "is empty",
              `Nothing has arrived: look at the replication of the primary's ${purpose}`,
            ),
          ]
        : [ok(region, what, "readable")];
    });
  });
}

const toldBy = "Write recover:vaultName as the primary's config has it";
const notOurs = {
  free: "does not exist",
  elsewhere: "lies in another region",
  "another's": "is another account's, or closed to you",
} as const;

async function lockedAsShouldBe(
  { s3 }: RegionClients,
  purpose: BucketPurpose,
  owner: { readonly Bucket: string; readonly ExpectedBucketOwner: string },
): Promise<boolean> {
  if (purpose === "control") return true;
  try {
    const { ObjectLockConfiguration: lock } = await s3.send(
      new GetObjectLockConfigurationCommand(owner),
    );
    return lock?.ObjectLockEnabled === "Enabled";
  } catch (error) {
    if (error instanceof Error && error.name === "ObjectLockConfigurationNotFoundError")
      return false;
    throw error;
  }
}

/** What the commands of `npm run dr` take, made of the standby's own config alone. */
async function connectionOf(
  { region, endpoint, credentials }: RegionClients,
  stack: string,
  { vaultName, trust }: AwsSettings,
): Promise<Connection> {
  const access =
    endpoint === undefined
      ? { credentials: "ambient" as const, region }
      : { ...(await credentials()), endpoint, region };
  const named = (purpose: BucketPurpose) => bucketName(vaultName, region, purpose);
  return {
    platform: "aws",
    stack,
    role: "standby",
    region,
    owner: "preflight",
    line: "main",
    epoch: 1,
    vault: { ...access, backups: named("backups"), archive: named("archive") },
    control: { ...access, bucket: named("control") },
    trust,
  };
}

/** Signature, chain and objects of the newest backup, by the command that says so everywhere. */
function ledger({ region }: RegionClients, connection: Connection): Promise<readonly Row[]> {
  const what = "newest ledger";
  const actions = ["s3:GetObject", "s3:ListBucket", "kms:Decrypt"];
  return asking({ region, what, actions }, async () => {
    const found = await verifyBackup.run(connection, { id: undefined, deep: false }, quiet);
    if (found.ok) {
      return [
        ok(
          region,
          what,
          `${found.id ?? ""}: chain of ${found.chain.length}, ${found.objects} objects`,
        ),
      ];
    }
    const faults = found.faults.map(({ key, detail }) => `${key}: ${detail}`);
    return [
      red(
        region,
        what,
        [...found.problems, ...faults].slice(0, 3).join("; "),
        "A failover would take an older one, or none: `npm run dr -- verify-backup` on the primary, then look at the replication",
      ),
    ];
  });
}

/** Of the primary's PostgreSQL, where the standby finds it on the day. */
function manifest(
  { region }: RegionClients,
  { control }: Connection,
  { postgres }: AwsSettings,
): Promise<readonly Row[]> {
  const what = "PostgreSQL's manifest";
  return asking({ region, what, actions: ["s3:GetObject", "kms:Decrypt"] }, async () => {
    const found = control === undefined ? undefined : await withControl(control, newestRdsManifest);
    if (found === undefined) {
      return [
        red(
          region,
          what,
          "none",
          "`npm run dr -- rds-manifest --stack prod` writes it: run `pulumi up` of the primary",
        ),
      ];
    }
    const copy = found.manifest.copy?.arn;
    // Without an ARN in the settings the copy is looked up on the day.
    return copy !== undefined && copy === (postgres.backupArn ?? copy)
      ? [ok(region, what, `epoch ${found.epoch}, ${found.manifest.engineVersion}`)]
      : [
          red(
            region,
            what,
            `names ${copy ?? "no copy"}, and recover:postgres.backupArn is ${postgres.backupArn ?? "not set"}`,
            "Replication was set up anew since: `npm run pair` writes the ARN that is in force",
          ),
        ];
  });
}

/** The copy that a failover restores: there, whole, and young enough. */
function backup(
  clients: RegionClients,
  { postgres, rpo, primaryRegion, install }: AwsSettings,
  control?: ControlBucket,
): Promise<readonly Row[]> {
  const { region, endpoint, credentials } = clients;
  if (postgres.adopt !== undefined) return Promise.resolve([]);
  const what = "PostgreSQL's replicated backup";
  return asking({ region, what, actions: ["rds:DescribeDBInstanceAutomatedBackups"] }, async () => {
    const list = rdsBackups({
      region,
      credentials,
      ...(endpoint === undefined ? {} : { endpoint }),
    });
    const arn = postgres.backupArn ?? (await lookedUp());
    if (arn === undefined) {
      return [
        red(
          region,
          what,
          "neither recover:postgres.backupArn nor recover:primaryRegion is set",
          "`npm run pair` writes it",
        ),
      ];
    }
    const found = (await list()).find((each) => each.arn === arn);
    if (found === undefined) {
      return [
        red(
          region,
          what,
          `no ${arn}`,
          "`npm run pair` writes the ARN that is in force; `aws rds describe-db-instance-automated-backups` lists all",
        ),
      ];
    }
    const { status, latest, engineVersion } = found;
    if (latest === undefined || !["replicating", "retained"].includes(status)) {
      return [
        red(
          region,
          what,
          `${status}, nothing can be restored yet`,
          "Wait for the first copy; without one look at the KMS key of the copies",
        ),
      ];
    }
    const age = Math.round((Date.now() - Date.parse(latest)) / 1000);
    // As the alarm on it has it.
    const allowed = Math.max(rpo, 1800);
    const text = `PostgreSQL ${engineVersion}, until ${latest} (${age} s ago)`;
    return age <= allowed
      ? [ok(region, what, text)]
      : [
          red(
            region,
            what,
            `${text}, ${allowed} s are allowed`,
            "Copies lag: look at the instance's events, and at the key of the copies in both regions",
          ),
        ];

    /** As the failover will look it up. */
    async function lookedUp(): Promise<string | undefined> {
      if (primaryRegion === undefined) return undefined;
      const recorded =
        control === undefined ? undefined : await withControl(control, newestRdsManifest);
      const wanted = { region, primaryRegion, identifierPrefix: `${install}-` };
      return (await restoreSource(recorded?.manifest, list, wanted)).backupArn;
    }
  });
}

const quiet: Context = {
  progress: () => undefined,
  warn: () => undefined,
  ready: () => undefined,
  signal: new AbortController().signal,
};
