import { loadTools } from "../../setup/tools.mjs";
import type { Reporter } from "../command.ts";
import type { Connection, VaultSide } from "../connection.ts";
import type { Ledger } from "../ledger/schema.ts";
import { takeBaseBackup } from "../postgres/backup.ts";
import { barmanFolder } from "../postgres/catalog.ts";
import { checkRdsManifest, type RdsManifest } from "../postgres/rds-manifest.ts";
import { beat, currentPosition } from "../postgres/position.ts";

type Position = NonNullable<Ledger["postgres"]>;

/** barman's name of the server. */
const SERVER_NAME = "main";

export interface ProtectedPostgres {
  readonly position: Position;
  /** Key prefix of the base backup that was taken now. */
  readonly baseFolder?: string;
  readonly versions: { readonly postgres: string };
}

/**
 * The position that belongs to this backup, and with a full one a base backup. In between, WAL
 * archiving alone carries PostgreSQL: it restores to the latest point whatever the ledger says.
 */
export async function protectPostgres(
  server: {
    readonly postgres: NonNullable<Connection["postgres"]>;
    readonly vault: VaultSide;
    readonly prefix: string;
  },
  wanted: { readonly full: boolean; readonly parent: Position | undefined },
  reporter: Reporter,
): Promise<ProtectedPostgres> {
  const { postgres, vault, prefix } = server;
  const { url } = postgres;
  if (postgres.kind === "rds") return protectRds(url, postgres.manifest);
  const base = wanted.full
    ? await takeBaseBackup(
        { url, vault, prefix, serverName: SERVER_NAME, barmanBin: loadTools().barmanBin },
        reporter,
      )
    : undefined;
  await beat(url, "backup");
  const { lsn, time, version } = await currentPosition(url);
  const { parent } = wanted;
  const backupId = base?.id ?? (parent?.kind === "rds" ? undefined : parent?.backupId);
  return {
    position: {
      lsn,
      time,
      serverName: SERVER_NAME,
      prefix,
      ...(backupId === undefined ? {} : { backupId }),
    },
    ...(base === undefined
      ? {}
      : { baseFolder: `${barmanFolder({ prefix, serverName: SERVER_NAME })}base/${base.id}/` }),
    versions: { postgres: version },
  };
}

/** RDS backs itself up: the ledger says where that is, and up to which time it belongs to these rows. */
async function protectRds(url: string, manifest: RdsManifest): Promise<ProtectedPostgres> {
  const checked = checkRdsManifest(manifest, "the connection's `postgres.manifest`");
  await beat(url, "backup");
  const { lsn, time, version } = await currentPosition(url);
  return {
    position: { kind: "rds", lsn, time, manifest: checked },
    versions: { postgres: version },
  };
}
