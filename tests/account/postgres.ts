import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pRetry from "p-retry";
import pg from "pg";
import type { ProcessSpec } from "../../engines/process.ts";
import { loadTools } from "../../setup/tools.mjs";
import type { TestCertificate } from "../harness/certificates.ts";
import { startProcess, tempHome, type RunningProcess } from "../harness/process.ts";
import type { Issued } from "./enter.ts";
import { answers } from "./kafka.ts";
import { addressOf, databaseName, type Hosts, type Region } from "./regions.ts";

const port = 5432;
/** https://www.postgresql.org/docs/17/errcodes-appendix.html */
const cannotConnectNow = "57P03";
const superuser = { user: "postgres", password: "superuser-of-a-test" };

export interface RdsOptions {
  readonly region: Region;
  readonly hosts: Hosts;
  readonly issued: Issued;
  readonly master: { readonly username: string; readonly password: string };
  /** Of its parameter group. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Data folder of a backup. @default a new database */
  readonly from?: string;
}

/**
 * Stands in for an RDS instance: a real PostgreSQL that takes TLS alone, with a master who is no superuser. A backup is
 * the server's own low-level one, not RDS's: what RDS copies into another region, and how far, is not proven.
 */
export class Rds {
  readonly address: string;
  readonly port = port;
  readonly #home: string;
  readonly #process: RunningProcess;
  readonly #host: string;

  private constructor(address: string, host: string, home: string, running: RunningProcess) {
    this.address = address;
    this.#host = host;
    this.#home = home;
    this.#process = running;
  }

  static async start(options: RdsOptions): Promise<Rds> {
    const { region, hosts, issued, master, parameters, from } = options;
    const host = addressOf(region, "postgres");
    const address = databaseName(region);
    hosts.add(address, host);
    const home = await tempHome("recover-account-postgres");
    if (from !== undefined) await cp(from, join(home, "data"), { recursive: true });
    const running = await startProcess(
      server(home, host, issued.of[region].postgres, parameters, from === undefined),
    );
    const rds = new Rds(address, host, home, running);
    const password = `PASSWORD '${master.password}'`;
    const setMaster = async (client: pg.Client) => {
      const { rowCount } = await client.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [
        master.username,
      ]);
      const verb = rowCount === 0 ? "CREATE" : "ALTER";
      await client.query(
        `${verb} ROLE ${master.username} LOGIN CREATEROLE CREATEDB NOSUPERUSER ${password}`,
      );
    };
    // A restored one listens before it has replayed its log.
    await pRetry(() => rds.as(superuser, "postgres", setMaster), {
      retries: 120,
      minTimeout: 500,
      factor: 1,
      shouldRetry: ({ error }) => (error as { code?: string }).code === cannotConnectNow,
    });
    return rds;
  }

  async as<T>(
    login: { readonly user: string; readonly password: string },
    database: string,
    use: (client: pg.Client) => Promise<T>,
  ): Promise<T> {
    const client = new pg.Client({
      host: this.#host,
      port,
      database,
      ...login,
      ssl: { rejectUnauthorized: false },
    });
    await client.connect();
    try {
      return await use(client);
    } finally {
      await client.end();
    }
  }

  /** Its data as of now, in a new folder. */
  async backUp(): Promise<string> {
    const folder = join(await tempHome("recover-account-rds-backup"), "data");
    await this.as(superuser, "postgres", async (client) => {
      await client.query("SELECT pg_backup_start('rds', true)");
      const data = join(this.#home, "data");
      await cp(data, folder, {
        recursive: true,
        filter: (path) => !/postmaster\.(pid|opts)$|pg_wal\/./.test(path),
      });
      const { rows } = await client.query<{ labelfile: string }>(
        "SELECT labelfile FROM pg_backup_stop(false)",
      );
      await mkdir(join(folder, "pg_wal"), { recursive: true });
      await cp(join(data, "pg_wal"), join(folder, "pg_wal"), { recursive: true });
      await writeFile(join(folder, "backup_label"), rows[0]?.labelfile ?? "");
    });
    return folder;
  }

  kill(): void {
    this.#process.kill();
  }
}

function server(
  home: string,
  host: string,
  certificate: TestCertificate,
  parameters: Readonly<Record<string, string>>,
  isNew: boolean,
): ProcessSpec {
  const { postgresBin, asNonRoot } = loadTools();
  const [prefix, ...rest] = asNonRoot;
  const owner = prefix === undefined ? [] : ["/usr/bin/env", prefix, ...rest];
  const conf = (file: string) => join(home, "conf", file);
  const data = join(home, "data");
  return {
    name: "rds",
    home,
    argv: [
      ...owner,
      join(postgresBin, "postgres"),
      ...["-D", data, "-c", `config_file=${conf("postgresql.conf")}`],
    ],
    files: [
      {
        path: "conf/postgresql.conf",
        content: [
          `listen_addresses = '${host}'`,
          `port = ${String(port)}`,
          `unix_socket_directories = '${home}'`,
          `hba_file = '${conf("pg_hba.conf")}'`,
          "ssl = on",
          `ssl_cert_file = '${conf("server.crt")}'`,
          `ssl_key_file = '${conf("server.key")}'`,
          "shared_buffers = 32MB",
          // RDS's own are no settings of PostgreSQL: TLS is forced by pg_hba.conf here.
          ...Object.entries(parameters)
            .filter(([name]) => !name.startsWith("rds."))
            .map(([name, value]) => `${name} = '${value}'`),
          "",
        ].join("\n"),
      },
      { path: "conf/pg_hba.conf", content: "hostssl all all 127.0.0.0/8 scram-sha-256\n" },
      { path: "conf/server.crt", content: certificate.certificate },
      { path: "conf/server.key", content: certificate.privateKey },
      { path: "conf/superuser", content: `${superuser.password}\n` },
    ],
    initialize: isNew
      ? [
          [
            ...owner,
            join(postgresBin, "initdb"),
            ...["--pgdata", data, "--username", superuser.user, "--pwfile", conf("superuser")],
            ...["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C"],
          ],
        ]
      : [],
    ports: {},
    health: answers(host, port),
    stopSignal: "SIGINT",
  };
}
