import { UserError } from "../lib/user-error.ts";

/** What decides the server's configuration; everything else is the same everywhere. */
export interface PostgresConf {
  readonly port: number;
  /** Absolute. */
  readonly hbaFile: string;
  readonly archiveTimeoutSeconds: number;
  /** Program and arguments; the segment's path is added. */
  readonly archiveCommand: readonly string[];
  /** Absolute program, called with the segment's name and where to put it. */
  readonly restoreCommand?: string;
  readonly target?: "latest" | { readonly time: string };
}

/**
 * Over the network with a password; over the socket as the owner of the data folder (only this user
 * can open it), because a restored server still has the passwords of the one that was lost.
 */
export const pgHba = ["local all all trust", "host all all 127.0.0.1/32 scram-sha-256", ""].join(
  "\n",
);

/** The server's postgresql.conf. Recovery settings have no effect without recovery.signal. */
export function postgresConf(conf: PostgresConf): string {
  const settings: Record<string, string | number> = {
    listen_addresses: "127.0.0.1",
    port: conf.port,
    hba_file: conf.hbaFile,
    // Relative to the data folder: an absolute path may be longer than a socket's may be (107).
    unix_socket_directories: "../run",
    unix_socket_permissions: "0700",
    password_encryption: "scram-sha-256",
    // A standby needs at least as many as the server whose WAL it replays: never lower this.
    max_connections: 50,
    max_wal_senders: 2,
    max_worker_processes: 4,
    shared_buffers: "32MB",
    work_mem: "2MB",
    maintenance_work_mem: "16MB",
    jit: "off",
    fsync: "on",
    full_page_writes: "on",
    synchronous_commit: "on",
    wal_level: "replica",
    min_wal_size: "80MB",
    max_wal_size: "256MB",
    archive_mode: "on",
    archive_command: `${conf.archiveCommand.map(shellQuote).join(" ")} "%p"`,
    archive_timeout: conf.archiveTimeoutSeconds,
    // Tells after a restore up to when it has every transaction.
    track_commit_timestamp: "on",
    hot_standby: "on",
    // A damaged or missing piece is an error, never skipped.
    data_sync_retry: "off",
    recovery_init_sync_method: "fsync",
    timezone: "UTC",
    log_timezone: "UTC",
    log_destination: "stderr",
    logging_collector: "off",
    log_line_prefix: "%m [%p] ",
    log_checkpoints: "off",
    log_statement: "none",
  };
  if (conf.restoreCommand !== undefined) {
    settings["restore_command"] = `${shellQuote(conf.restoreCommand)} "%f" "%p"`;
    settings["recovery_target_timeline"] = "latest";
    settings["recovery_target_action"] = "promote";
    if (conf.target !== undefined && conf.target !== "latest") {
      settings["recovery_target_time"] = targetTime(conf.target.time);
    }
  }
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${typeof value === "number" ? value : confQuote(value)}\n`)
    .join("");
}

/**
 * A restore_command: asks each prefix in turn. Only "there is no such segment" (barman's exit 1) ends
 * the replay; when the vault does not answer, the server stops instead of opening with less.
 * PostgreSQL takes a status above 125 for that:
 * https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-PITR-RECOVERY
 */
export function restoreWalScript(
  barmanBin: string,
  options: readonly string[],
  urls: readonly string[],
  serverName: string,
): string {
  const command = [
    `${barmanBin}/barman-cloud-wal-restore`,
    ...options,
    ...["--no-partial", "--parallel", "16", "--spool-dir"],
  ].map(shellQuote);
  return [
    "#!/bin/sh",
    'spool="$TMPDIR/wal-spool"',
    "# What an earlier call fetched ahead: not worth starting barman.",
    '[ -f "$spool/$1" ] && exec mv -f "$spool/$1" "$2"',
    `for url in ${urls.map(shellQuote).join(" ")}; do`,
    `  ${command.join(" ")} "$spool" "$url" ${shellQuote(serverName)} "$1" "$2"`,
    "  status=$?",
    '  [ "$status" -eq 0 ] && exit 0',
    '  [ "$status" -eq 1 ] || exit 255',
    "done",
    "exit 1",
    "",
  ].join("\n");
}

/**
 * ISO 8601 with a zone, as recovery_target_time takes it: it knows no `Z`.
 * @throws UserError for a time without a zone: nobody can tell which moment that is
 */
function targetTime(iso: string): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)$/.exec(iso);
  if (match === null) {
    throw new UserError(
      `"${iso}" is no point in time to restore PostgreSQL to: write it as ISO 8601 with its zone, for ` +
        "example 2026-11-23T00:31:34.835Z.",
    );
  }
  const [, day = "", time = "", zone = ""] = match;
  return `${day} ${time}${zone === "Z" ? "+00" : zone}`;
}

/** One word for a POSIX shell. */
export function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function confQuote(value: string): string {
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}
