import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  postgresServer,
  type PostgresSettings,
  type PostgresSource,
} from "../../engines/postgres.ts";
import type { ProcessSpec } from "../../engines/process.ts";
import type { Connection } from "../../scripts/connection.ts";
import { freePorts, startProcess, tempHome, type RunningProcess } from "./process.ts";
import type { TestS3 } from "./s3.ts";

/** A running PostgreSQL of a test. */
export interface TestPostgres {
  /** Connection part. */
  readonly connection: NonNullable<Connection["postgres"]> & { readonly dataDir: string };
  readonly process: RunningProcess;
  readonly home: string;
  stop(): Promise<void>;
}

/** Where PostgreSQL's and barman's programs are: set up under the project's cache. */
export function postgresTools(): PostgresSettings["tools"] {
  const list = join(import.meta.dirname, "..", "..", ".cache", "tools.json");
  if (!existsSync(list)) throw new Error("PostgreSQL is not set up: run `npm run setup`.");
  const tools = JSON.parse(readFileSync(list, "utf8")) as Omit<PostgresSettings["tools"], "node">;
  const { postgresBin, barmanBin, asNonRoot } = tools;
  return { node: process.execPath, postgresBin, barmanBin, asNonRoot };
}

/** The description of a server in a folder of its own that archives with root's login of the S3 server. */
export async function testPostgresSpec(
  s3: TestS3,
  options: {
    /** @default "e1" */
    readonly prefix?: string;
    readonly source?: PostgresSource;
    /** @default 1 */
    readonly archiveTimeoutSeconds?: number;
    readonly password?: string;
    /** Login that WAL is archived with. @default root's */
    readonly archiver?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  } = {},
): Promise<ProcessSpec> {
  const [port = 0] = await freePorts(1);
  return postgresServer({
    name: "test/postgres",
    home: await tempHome("recover-postgres"),
    port,
    superuserPassword: options.password ?? "postgres-password-of-a-test",
    source: options.source ?? { kind: "new" },
    archive: {
      ...s3.root,
      ...options.archiver,
      bucket: s3.vault.backups,
      prefix: options.prefix ?? "e1",
    },
    archiveTimeoutSeconds: options.archiveTimeoutSeconds ?? 1,
    tools: postgresTools(),
  });
}

/** Starts a server; the cleanup of tests/harness/process.ts stops it. */
export async function startPostgres(
  s3: TestS3,
  options: Parameters<typeof testPostgresSpec>[1] = {},
): Promise<TestPostgres> {
  const spec = await testPostgresSpec(s3, options);
  const running = await startProcess(spec);
  const password = options.password ?? "postgres-password-of-a-test";
  return {
    connection: {
      url: `postgresql://postgres:${password}@127.0.0.1:${spec.ports["postgres"] ?? 0}/postgres`,
      dataDir: join(spec.home, "data"),
    },
    process: running,
    home: spec.home,
    stop: () => running.stop(),
  };
}
