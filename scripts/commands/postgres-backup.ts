import { z } from "zod";
import { loadTools } from "../../setup/tools.mjs";
import { epochPrefix } from "../archive/layout.ts";
import { defineCommand } from "../command.ts";
import { requireParts } from "../connection.ts";
import { takeBaseBackup } from "../postgres/backup.ts";
import type { BaseBackup } from "../postgres/catalog.ts";
import { beat, currentPosition, type PostgresPosition } from "../postgres/position.ts";

const params = z.object({
  serverName: z.string().default("main").describe("barman's name of the server"),
});

export interface PostgresBackupResult {
  readonly base: BaseBackup;
  /** After the backup: what the next restore to `latest` reaches at least, once its WAL is archived. */
  readonly position: PostgresPosition;
  readonly seconds: number;
}

export default defineCommand({
  name: "postgres-backup",
  summary: "Take a base backup of PostgreSQL into the vault (barman-cloud)",
  params,
  async run(connection, { serverName }, context): Promise<PostgresBackupResult> {
    const { postgres, vault, epoch, line } = requireParts(connection, ["postgres", "vault"]);
    const started = performance.now();
    const base = await takeBaseBackup(
      {
        url: postgres.url,
        vault,
        prefix: epochPrefix(epoch, line),
        serverName,
        barmanBin: loadTools().barmanBin,
        signal: context.signal,
      },
      context,
    );
    await beat(postgres.url, "backup");
    return {
      base,
      position: await currentPosition(postgres.url),
      seconds: (performance.now() - started) / 1000,
    };
  },
});
