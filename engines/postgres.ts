import { join } from "node:path";
import { postgresConf, pgHba, restoreWalScript } from "./postgres-conf.ts";
import type { ProcessSpec, RenderedFile } from "./process.ts";

/** An S3 bucket as barman-cloud needs it. */
export interface BarmanStore {
  /** For example `http://127.0.0.1:27070`. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Barman's name of the server inside a prefix. @default "main" */
  readonly serverName?: string;
}

/** What the data folder is made of when it does not exist yet; never looked at again. */
export type PostgresSource =
  | { readonly kind: "new" }
  | {
      readonly kind: "restore";
      readonly from: BarmanStore & {
        /**
         * The epoch's prefixes to restore from, newest first (`["e2", "e1"]`): a line of epochs that each
         * continued the one after it. The base backup and each WAL segment come from the first that has them.
         */
        readonly prefixes: readonly string[];
      };
      /** `latest`: everything that is there without a gap. A time (ISO 8601): up to and with it. */
      readonly target: "latest" | { readonly time: string };
    };

export interface PostgresSettings {
  /** For example `east/postgres`. */
  readonly name: string;
  /** Absolute. */
  readonly home: string;
  readonly port: number;
  /** Password of the superuser `postgres`; a restored server gets it too. */
  readonly superuserPassword: string;
  readonly source: PostgresSource;
  /** Where WAL goes: `s3://bucket/{prefix}/postgres`; its login may write there and nowhere else. */
  readonly archive: BarmanStore & { readonly prefix: string };
  /**
   * A WAL segment that holds anything is archived after so many seconds at the latest.
   * @default 5
   */
  readonly archiveTimeoutSeconds?: number;
  readonly tools: {
    /** Node, absolute. */
    readonly node: string;
    /** Folder of `postgres` and `initdb`. */
    readonly postgresBin: string;
    /** Folder of the `barman-cloud-…` programs. */
    readonly barmanBin: string;
    /** Put before a command that refuses to run as root; empty for an ordinary user. */
    readonly asNonRoot: readonly string[];
  };
}

/** What `conf/restore.json` holds: the parameters of scripts/postgres/restore-main.ts. */
export interface RestorePlan {
  readonly store: Omit<BarmanStore, "serverName">;
  readonly prefixes: readonly string[];
  readonly serverName: string;
  readonly target: "latest" | { readonly time: string };
  readonly dataDir: string;
  /** Written when the base backup is in place. */
  readonly report: string;
  /** Written by the health check when the recovery has ended; one of an earlier restore is removed. */
  readonly reachedReport: string;
  readonly barmanBin: string;
  readonly asNonRoot: readonly string[];
  /** For the barman programs. */
  readonly env: Readonly<Record<string, string>>;
}

/** What `conf/health.json` holds: the parameters of engines/postgres-health.ts. */
export interface HealthPlan {
  readonly port: number;
  readonly password: string;
  /** Folder of the owner's socket, relative to the home. */
  readonly socketFolder: string;
  /** Written when a recovery has ended: what it reached. Relative to the home. */
  readonly report: string;
}

/** The profiles of conf/aws: one login writes WAL, the other reads what is restored. */
const profiles = { archive: "archive", restore: "restore" } as const;

/**
 * A PostgreSQL server on 127.0.0.1 whose WAL is archived by barman-cloud, and whose data folder
 * begins empty or as a restore. Healthy means: accepts connections and its recovery has ended.
 */
export function postgresServer(settings: PostgresSettings): ProcessSpec {
  const { name, home, port, source, archive, tools, superuserPassword } = settings;
  const conf = (file: string): string => join(home, "conf", file);
  const data = join(home, "data");
  const env = barmanEnvironment(conf("aws"));
  const asOwner = absolutePrefix(tools.asNonRoot);
  const health: HealthPlan = {
    port,
    password: superuserPassword,
    socketFolder: "run",
    report: "recovered.json",
  };
  const files: RenderedFile[] = [
    {
      path: "conf/postgresql.conf",
      content: postgresConf({
        port,
        hbaFile: conf("pg_hba.conf"),
        archiveTimeoutSeconds: settings.archiveTimeoutSeconds ?? 5,
        archiveCommand: [
          join(tools.barmanBin, "barman-cloud-wal-archive"),
          ...barmanOptions(archive.endpoint, profiles.archive),
          "--gzip",
          barmanUrl(archive.bucket, archive.prefix),
          archive.serverName ?? "main",
        ],
        ...(source.kind === "restore"
          ? { restoreCommand: conf("restore-wal"), target: source.target }
          : {}),
      }),
    },
    { path: "conf/pg_hba.conf", content: pgHba },
    { path: "conf/health.json", content: `${JSON.stringify(health)}\n` },
    { path: "conf/superuser", content: `${superuserPassword}\n` },
    { path: "conf/aws", content: awsConfig(archive, source) },
    // The folder of the owner's socket.
    { path: "run/README", content: "PostgreSQL's socket for the owner of this folder.\n" },
  ];
  if (source.kind === "restore") {
    const { prefixes, serverName = "main", ...store } = source.from;
    const plan: RestorePlan = {
      store,
      prefixes,
      serverName,
      target: source.target,
      dataDir: data,
      report: join(home, "restored.json"),
      reachedReport: join(home, health.report),
      barmanBin: tools.barmanBin,
      asNonRoot: asOwner,
      env,
    };
    const options = barmanOptions(store.endpoint, profiles.restore);
    const urls = prefixes.map((prefix) => barmanUrl(store.bucket, prefix));
    files.push(
      { path: "conf/restore.json", content: `${JSON.stringify(plan, null, 2)}\n` },
      {
        path: "conf/restore-wal",
        content: restoreWalScript(tools.barmanBin, options, urls, serverName),
        mode: 0o700,
      },
    );
  }
  return {
    name,
    home,
    argv: [
      ...asOwner,
      join(tools.postgresBin, "postgres"),
      ...["-D", data],
      ...["-c", `config_file=${conf("postgresql.conf")}`],
    ],
    env,
    files,
    initialize: initialize(settings, asOwner),
    ports: { postgres: port },
    health: {
      kind: "command",
      argv: [tools.node, join(import.meta.dirname, "postgres-health.ts"), conf("health.json")],
    },
    // A restore replays WAL before it is healthy.
    startTimeoutSeconds: source.kind === "new" ? 60 : 3600,
    // Fast shutdown: sessions are ended, the last WAL is archived.
    stopSignal: "SIGINT",
    stopTimeoutSeconds: 60,
  };
}

/** `s3://bucket/e7/postgres`. */
export function barmanUrl(bucket: string, prefix: string): string {
  return `s3://${bucket}/${prefix}/postgres`;
}

/** Where the barman-cloud programs find their logins; nothing of the user's own AWS settings leaks in. */
export function barmanEnvironment(configFile: string): Record<string, string> {
  return {
    AWS_CONFIG_FILE: configFile,
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
  };
}

/** A login for one call: keys, or none: what the process finds in its environment (a pod's identity). */
export interface BarmanLogin {
  readonly region: string;
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly sessionToken?: string | undefined;
}

/** One login in the environment alone: a program that is killed leaves no file with it behind. */
export function barmanLogin(store: BarmanLogin): Record<string, string | undefined> {
  // What names the pod's identity stays as it is in the environment.
  if (store.accessKeyId === undefined) return { AWS_DEFAULT_REGION: store.region };
  return {
    ...barmanEnvironment("/dev/null"),
    AWS_ACCESS_KEY_ID: store.accessKeyId,
    AWS_SECRET_ACCESS_KEY: store.secretAccessKey,
    AWS_DEFAULT_REGION: store.region,
    // The user's own would come first, or go with the login.
    AWS_PROFILE: undefined,
    AWS_SESSION_TOKEN: store.sessionToken,
  };
}

/** @param profile of the AWS config file. @default the login of the environment */
export function barmanOptions(endpoint: string | undefined, profile?: string): string[] {
  return [
    // Without one: AWS's own, which takes the bucket's name in the host.
    ...(endpoint === undefined ? [] : ["--endpoint-url", endpoint, "--addressing-style", "path"]),
    ...(profile === undefined ? [] : ["--aws-profile", profile]),
  ];
}

/** One login as a profile of an AWS config file. */
function awsProfile(
  profile: string,
  store: Pick<BarmanStore, "region" | "accessKeyId" | "secretAccessKey">,
): string {
  return [
    `[profile ${profile}]`,
    `region = ${store.region}`,
    `aws_access_key_id = ${store.accessKeyId}`,
    `aws_secret_access_key = ${store.secretAccessKey}`,
    "",
  ].join("\n");
}

function awsConfig(archive: BarmanStore, source: PostgresSource): string {
  const restore = source.kind === "restore" ? awsProfile(profiles.restore, source.from) : "";
  return awsProfile(profiles.archive, archive) + restore;
}

function initialize(settings: PostgresSettings, asOwner: readonly string[]): string[][] {
  const { home, source, tools } = settings;
  if (source.kind === "restore") {
    const main = join(import.meta.dirname, "..", "scripts", "postgres", "restore-main.ts");
    return [[tools.node, main, join(home, "conf", "restore.json")]];
  }
  return [
    [
      ...asOwner,
      join(tools.postgresBin, "initdb"),
      ...["--pgdata", join(home, "data")],
      ...["--username", "postgres"],
      ...["--pwfile", join(home, "conf", "superuser")],
      ...["--auth", "scram-sha-256"],
      ...["--encoding", "UTF8"],
      ...["--locale", "C"],
      "--data-checksums",
    ],
  ];
}

/** A program is named by an absolute path everywhere in a ProcessSpec. */
function absolutePrefix(prefix: readonly string[]): string[] {
  const [program] = prefix;
  return program === undefined || program.startsWith("/")
    ? [...prefix]
    : ["/usr/bin/env", ...prefix];
}
