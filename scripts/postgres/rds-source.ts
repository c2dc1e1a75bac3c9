import { UserError } from "../command.ts";
import { majorOf, regionOfArn, type RdsManifest } from "./rds-manifest.ts";

/** One replicated automated backup, as the standby's region lists it. */
export interface ReplicatedBackup {
  readonly arn: string;
  readonly instanceArn: string;
  readonly identifier: string;
  readonly resourceId: string;
  readonly engine: string;
  readonly engineVersion: string;
  readonly masterUsername: string;
  readonly port: number;
  readonly allocatedGib: number;
  readonly storageType: string;
  readonly keyArn: string | undefined;
  /** `replicating`, `pending`, `retained`; AWS writes it in either case. */
  readonly status: string;
  /** ISO 8601; undefined while nothing can be restored yet. */
  readonly earliest: string | undefined;
  readonly latest: string | undefined;
}

/** Lists what the standby's region has; it calls no other region. */
export type RdsLookup = () => Promise<readonly ReplicatedBackup[]>;

export interface WantedSource {
  /** The standby's own region. */
  readonly region: string;
  /** Only backups of this region count: the standby's own instances have some there too. */
  readonly primaryRegion: string;
  /**
   * Beginning of the primary's instance identifiers, for the look-up without a manifest.
   * @default any
   */
  readonly identifierPrefix?: string;
  /** ISO 8601, UTC. @default the latest restorable time */
  readonly at?: string;
}

/** A source of `AwsPostgres`, with where it comes from. */
export interface RestoreSource {
  readonly kind: "pointInTime";
  readonly backupArn: string;
  /** ISO 8601, UTC, or `latest`. */
  readonly at: string;
  readonly majorVersion: number;
  readonly engineVersion: string;
  readonly masterUsername: string;
  readonly port: number;
  readonly allocatedGib: number;
  readonly storageType: string;
  /** Undefined: only the manifest knows it, write it in the config. */
  readonly instanceClass: string | undefined;
  readonly foundBy: "manifest" | "lookup";
  /** Something to say in the preview. */
  readonly notes: readonly string[];
}

/**
 * Where the standby restores PostgreSQL from. The manifest knows more, so it comes first; what the
 * standby's region lists decides whether its backup is still there. Without a manifest, or when
 * replication was set up anew since, the list alone has to do.
 *
 * @throws UserError when there is no backup, more than one, or none at the wanted time
 */
export async function restoreSource(
  manifest: RdsManifest | undefined,
  lookup: RdsLookup,
  wanted: WantedSource,
): Promise<RestoreSource> {
  const { notes, listed } = await list(lookup, manifest, wanted);
  const found =
    manifest === undefined ? onlyOne(listed ?? [], wanted) : ofManifest(manifest, listed, wanted);
  if (found.backup !== undefined) checkTime(found.backup, wanted.at);
  const { backup } = found;
  const source = backup ?? fromManifest(found.manifest);
  return {
    kind: "pointInTime",
    backupArn: source.arn,
    at: wanted.at ?? "latest",
    majorVersion: majorOf(source.engineVersion),
    engineVersion: source.engineVersion,
    masterUsername: source.masterUsername,
    port: source.port,
    allocatedGib: source.allocatedGib,
    storageType: source.storageType,
    instanceClass: manifest?.instanceClass,
    foundBy: manifest?.copy?.arn === source.arn ? "manifest" : "lookup",
    notes: [...notes, ...found.notes],
  };
}

type Found =
  | { readonly backup: ReplicatedBackup; readonly manifest?: never; readonly notes: string[] }
  | { readonly backup?: never; readonly manifest: RdsManifest; readonly notes: string[] };

async function list(
  lookup: RdsLookup,
  manifest: RdsManifest | undefined,
  { region, primaryRegion }: WantedSource,
): Promise<{ notes: string[]; listed: readonly ReplicatedBackup[] | undefined }> {
  try {
    const all = await lookup();
    const usable = all.filter(
      ({ engine, instanceArn, earliest }) =>
        engine === "postgres" &&
        regionOfArn(instanceArn) === primaryRegion &&
        earliest !== undefined,
    );
    return { notes: [], listed: usable };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (manifest?.copy != null) {
      const note = `the backups in ${region} could not be listed (${reason}): the manifest's is used as it is`;
      return { notes: [note], listed: undefined };
    }
    throw new UserError(
      `no recovery manifest names PostgreSQL's backup, and those in ${region} could not be listed: ${reason}. ` +
        "Allow rds:DescribeDBInstanceAutomatedBackups to whoever runs this, or set " +
        "recover:postgres.source to a snapshot.",
      { cause: error },
    );
  }
}

function ofManifest(
  manifest: RdsManifest,
  listed: readonly ReplicatedBackup[] | undefined,
  wanted: WantedSource,
): Found {
  if (listed === undefined) return { manifest, notes: [] };
  const same = listed.find(({ arn }) => arn === manifest.copy?.arn);
  if (same !== undefined) return { backup: same, notes: [] };
  const anew = listed.filter(({ resourceId }) => resourceId === manifest.resourceId);
  const note =
    `the manifest's backup ${manifest.copy?.arn ?? "(none: replication was off)"} is not in ` +
    `${wanted.region}: replication was set up anew since`;
  return { ...onlyOne(anew, wanted), notes: [note] };
}

function onlyOne(
  candidates: readonly ReplicatedBackup[],
  { region, primaryRegion, identifierPrefix = "" }: WantedSource,
): { backup: ReplicatedBackup; notes: string[] } {
  const named = candidates.filter(({ identifier }) => identifier.startsWith(identifierPrefix));
  const [only] = named;
  if (only !== undefined && named.length === 1) return { backup: only, notes: [] };
  const which = identifierPrefix === "" ? "" : ` of an instance "${identifierPrefix}…"`;
  if (only === undefined) {
    throw new UserError(
      `${region} has no automated backup${which} from ${primaryRegion} that can be restored: replication was ` +
        "off, has not finished its first copy, or its retention has passed. Set recover:postgres.source " +
        "to a snapshot in this region.",
    );
  }
  const all = named.map(
    (each) => `  ${each.arn}: ${each.identifier}, ${each.status}, until ${each.latest ?? "?"}`,
  );
  throw new UserError(
    `${region} has ${named.length} automated backups${which} from ${primaryRegion}, and nothing says which is ` +
      `the platform's:\n${all.join("\n")}\nSet recover:postgres.source to one of these ARNs.`,
  );
}

function checkTime({ arn, earliest, latest }: ReplicatedBackup, at: string | undefined): void {
  if (at === undefined) return;
  const time = Date.parse(at);
  if (Number.isNaN(time)) {
    throw new UserError(
      `recover:postgres.restoreTime "${at}" is no time. Write UTC as in 2026-11-22T23:15:00Z.`,
    );
  }
  const before = earliest !== undefined && time < Date.parse(earliest);
  const after = latest !== undefined && time > Date.parse(latest);
  if (before || after) {
    throw new UserError(
      `recover:postgres.restoreTime ${at} lies ${before ? "before" : "after"} what ${arn} can restore: ` +
        `${earliest ?? "?"} to ${latest ?? "?"}. Write a time in between, or none for the latest.`,
    );
  }
}

function fromManifest(
  manifest: RdsManifest,
): Omit<ReplicatedBackup, "status" | "engine" | "earliest" | "latest"> {
  const { copy, storage } = manifest;
  if (copy === null) {
    throw new UserError(
      `the recovery manifest of ${manifest.identifier} says that its backups were not replicated, and nothing ` +
        "can be looked up. Set recover:postgres.source to a snapshot in this region.",
    );
  }
  return {
    arn: copy.arn,
    instanceArn: manifest.arn,
    identifier: manifest.identifier,
    resourceId: manifest.resourceId,
    engineVersion: manifest.engineVersion,
    masterUsername: manifest.masterUsername,
    port: manifest.port,
    allocatedGib: storage.allocatedGib,
    storageType: storage.type,
    keyArn: copy.keyArn,
  };
}
