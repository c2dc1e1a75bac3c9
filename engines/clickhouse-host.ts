/**
 * The embedded ClickHouse server: `node clickhouse-host.ts HOME HTTP_PORT TCP_PORT [ADDRESS]`.
 *
 * `libchdb` holds the whole of `clickhouse local`, which can open the server's ports. The library is
 * given two files of queries: one that opens the ports, and a FIFO that ends when this process is
 * asked to stop; then the server shuts down as it does at the end of any script.
 */
import { execFileSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { DataType, load, open } from "ffi-rs";

const ENTRY = "chdb_query_cmdline";

function fail(message: string): never {
  process.stderr.write(`embedded ClickHouse: ${message}\n`);
  process.exit(2);
}

function findLibrary(): string {
  const name = `@chdb/lib-${process.platform}-${process.arch}-gnu`;
  try {
    const require = createRequire(import.meta.url);
    return join(dirname(require.resolve(`${name}/package.json`)), "libchdb.so");
  } catch {
    return fail(
      `the package ${name} is not installed: ClickHouse has no embedded server for this system. ` +
        "Run `npm ci` (optional dependencies included), or put a `clickhouse` binary on PATH.",
    );
  }
}

async function main(): Promise<void> {
  const [home, httpPort, tcpPort, address = "127.0.0.1"] = process.argv.slice(2);
  if (home === undefined || httpPort === undefined || tcpPort === undefined) {
    fail("needs HOME HTTP_PORT TCP_PORT [ADDRESS]");
  }
  const library = findLibrary();
  if (!existsSync(library)) fail(`${library} is missing: run \`npm ci\` again.`);

  const runtime = join(home, "tmp");
  mkdirSync(runtime, { recursive: true });
  mkdirSync(join(home, "data"), { recursive: true });
  mkdirSync(join(home, "log"), { recursive: true });
  const start = join(runtime, "start.sql");
  writeFileSync(start, "SYSTEM START LISTEN HTTP; SYSTEM START LISTEN TCP;\n");
  const stop = join(runtime, "stop.fifo");
  rmSync(stop, { force: true });
  execFileSync("mkfifo", [stop]);
  // Read and write, so that opening does not wait and the FIFO ends only when this end is closed.
  const held = openSync(stop, "r+");
  const asked = new AbortController();
  const shutDown = (): void => {
    if (!asked.signal.aborted) closeSync(held);
    asked.abort();
  };
  process.on("SIGTERM", shutDown);
  process.on("SIGINT", shutDown);

  const argv = [
    "clickhouse",
    `--config-file=${join(home, "conf/config.xml")}`,
    `--path=${join(home, "data")}/`,
    `--http_port=${httpPort}`,
    `--tcp_port=${tcpPort}`,
    `--listen_host=${address}`,
    "--log-level=information",
    "--multiquery",
    `--queries-file=${start}`,
    `--queries-file=${stop}`,
  ];
  open({ library: "chdb", path: library });
  try {
    await load({
      library: "chdb",
      funcName: ENTRY,
      retType: DataType.External,
      paramsType: [DataType.I32, DataType.StringArray],
      paramsValue: [argv.length, argv],
      runInNewThread: true,
    });
  } catch (error) {
    fail(
      `${library} cannot be used (${String(error)}): it does not export ${ENTRY}. ` +
        "Install the version that package.json pins (`npm ci`), or put a `clickhouse` binary on PATH.",
    );
  }
  if (!asked.signal.aborted)
    fail(`the server ended by itself: see ${join(home, "log/clickhouse.err.log")}.`);
  process.exit(0);
}

await main();
