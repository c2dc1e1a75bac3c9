import { join } from "node:path";
import { execa } from "execa";
import { barmanLogin, barmanOptions, barmanUrl } from "../../engines/postgres.ts";
import { UserError, type Reporter } from "../command.ts";
import type { VaultSide } from "../connection.ts";
import { ObjectStore } from "../vault/s3.ts";
import { listBases, type BaseBackup } from "./catalog.ts";
import { endpointOf, loginOf } from "../s3-access.ts";

export interface BaseBackupRequest {
  readonly url: string;
  readonly vault: VaultSide;
  /** The epoch's prefix, without a slash at the end. */
  readonly prefix: string;
  readonly serverName: string;
  /** Folder of the `barman-cloud-…` programs. */
  readonly barmanBin: string;
  readonly signal?: AbortSignal;
}

/**
 * A base backup of a running local server, by barman-cloud. It ends when all WAL that it needs is in
 * the vault too, so it waits up to the archive timeout.
 */
export async function takeBaseBackup(
  request: BaseBackupRequest,
  reporter: Reporter,
): Promise<BaseBackup> {
  const { vault, prefix, serverName, url } = request;
  const store = new ObjectStore(vault);
  const place = { bucket: vault.backups, prefix, serverName };
  try {
    await store.requireBucket(vault.backups);
    const before = new Set((await listBases(store, place)).map(({ id }) => id));
    await runBarman(request, reporter);
    const made = (await listBases(store, place)).find(({ id }) => !before.has(id));
    if (made?.status !== "DONE") {
      throw new UserError(
        `the base backup of PostgreSQL at ${new URL(url).host} is not in ${barmanUrl(vault.backups, prefix)} ` +
          `after barman-cloud-backup ended well (${made === undefined ? "no new one" : `status ${made.status}`}). ` +
          "Another backup may have run at the same second; run it again.",
      );
    }
    return made;
  } finally {
    store.close();
  }
}

async function runBarman(request: BaseBackupRequest, reporter: Reporter): Promise<void> {
  const { vault, prefix, serverName, barmanBin, signal } = request;
  const { hostname, port, username, password, pathname } = new URL(request.url);
  const running = execa(
    join(barmanBin, "barman-cloud-backup"),
    [
      "-v",
      ...barmanOptions(vault.endpoint),
      // Else it waits for the next checkpoint: minutes.
      "--immediate-checkpoint",
      "--gzip",
      ...["--host", hostname, "--port", port, "--user", decodeURIComponent(username)],
      ...["--dbname", pathname.slice(1) || "postgres"],
      barmanUrl(vault.backups, prefix),
      serverName,
    ],
    {
      env: { ...barmanLogin(vault), PGPASSWORD: decodeURIComponent(password) },
      all: true,
      reject: false,
      stdin: "ignore",
      ...(signal === undefined ? {} : { cancelSignal: signal }),
    },
  );
  const lines: string[] = [];
  for await (const line of running.iterable({ from: "all" })) {
    lines.push(line);
    const said = /(?:INFO|WARNING):? (.*)/.exec(line)?.[1];
    if (said !== undefined) reporter.progress(`base backup: ${said}`);
  }
  const result = await running;
  signal?.throwIfAborted();
  if (!result.failed) return;
  throw new UserError(
    `the base backup of PostgreSQL at ${hostname}:${port} failed (${result.exitCode ?? result.originalMessage ?? "killed"}): ` +
      `${lines.slice(-3).join(" | ") || "barman-cloud-backup said nothing"}. Check that the server and the vault at ` +
      `${endpointOf(vault)} answer and that ${loginOf(vault)} may write ${prefix}/postgres/.`,
  );
}
