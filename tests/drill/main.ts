/** `npm run drill`: provision, feed, destroy, recover, prove, report. */
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { CommanderError } from "commander";
import { check } from "../checker/check.ts";
import { checkPostgres } from "../checker/postgres.ts";
import { Drill } from "./drill.ts";
import { MemoryWatch } from "./memory.ts";
import { readOptions, type DrillOptions } from "./options.ts";
import { Progress } from "./progress.ts";
import { environmentOf } from "./report/environment.ts";
import { reportHtml } from "./report/html.ts";
import { resultOf, type DrillResult } from "./result.ts";
import { spoil } from "./spoil.ts";
import { makeWorkspace, removeWorkspace, type Workspace } from "./workspace.ts";
import { lookAtZombie } from "./zombie.ts";

const files = [
  "plain.acks",
  "transactional.acks",
  "transactions.jsonl",
  "result.json",
  "report.html",
];
const exit = { green: 0, red: 1, input: 2, failed: 3 } as const;

try {
  process.exitCode = await main(readOptions(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode;
}

async function main(options: DrillOptions): Promise<number> {
  const progress = new Progress();
  await mkdir(options.report, { recursive: true });
  // Of an earlier drill: logs are only ever appended to.
  for (const name of files) await rm(join(options.report, name), { force: true });
  const workspace = await makeWorkspace(options.disaster);
  progress.line(
    `seed ${options.seed}, disaster ${options.disaster}, everything in ${workspace.folder}`,
  );
  const drill = new Drill(options, workspace, progress);
  const memory = new MemoryWatch(workspace.folder);
  const interrupted = new Promise<never>((_, refuse) => {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      // Kept, not `once`: execa ends this process by the signal when nobody else listens to it.
      process.on(name, () => {
        refuse(new Error(`ended by ${name}`));
      });
    }
  });
  try {
    const result = await Promise.race([work(options, drill, memory, progress), interrupted]);
    say(progress, options, result);
    return result.green ? exit.green : exit.red;
  } catch (error) {
    progress.line(error instanceof Error ? (error.stack ?? error.message) : String(error));
    await keepLogs(options, drill, workspace, progress);
    return exit.failed;
  } finally {
    await cleanUp(options, drill, workspace, progress);
  }
}

async function work(
  options: DrillOptions,
  drill: Drill,
  memory: MemoryWatch,
  progress: Progress,
): Promise<DrillResult> {
  const record = await drill.run();
  const { after, before, struck, ackLogs, peopleLog } = record;
  const zombie =
    options.disaster === "clickhouse-lost"
      ? await lookAtZombie(before, record.rowsAtCut, record.recoveredAt)
      : null;
  await spoil(after, options.negative);
  const { transactions, tenancy } = await checkPostgres(after.postgresUrl, peopleLog, struck);
  progress.heading("the checker: acknowledgements against plain SELECTs");
  const checked = await check({
    reader: after.clickhouse,
    eventsTable: after.eventsTable,
    ackLogs,
    tenancy,
    ...(record.archived === null
      ? {}
      : { archive: { clusterId: before.kafka.clusterId, held: record.archived } }),
    scratch: join(options.report, "scratch"),
    progress: (text) => {
      progress.status(text);
    },
  });
  const result = resultOf(options, record, checked, transactions, zombie, memory.stop());
  await writeFile(join(options.report, "result.json"), `${JSON.stringify(result, null, 2)}\n`);
  const html = await reportHtml(result, environmentOf(options));
  await writeFile(join(options.report, "report.html"), html);
  return result;
}

function say(progress: Progress, options: DrillOptions, result: DrillResult): void {
  const { rpo, rtoSeconds, rowsFrom, postgres } = result;
  progress.line(
    `${result.eventsAcknowledged} events acknowledged: ${result.eventsPresent} present, ` +
      `${result.deadLettered} dead letters, ${result.quarantined} in quarantine, ${result.eventsLost} lost, ` +
      `${result.eventsDuplicated} doubled`,
  );
  progress.line(
    `rows from backup ${rowsFrom.backup}, archive ${rowsFrom.archive}, kafka ${rowsFrom.kafka}; ` +
      `RPO ${rpo.seconds} s (bound ${rpo.boundSeconds} s), PostgreSQL ${postgres.rpoSeconds} s; RTO ${rtoSeconds} s`,
  );
  for (const line of result.red) progress.line(`red: ${line}`);
  progress.heading(`${result.green ? "green" : "RED"}: ${join(options.report, "report.html")}`);
}

/** A drill that failed leaves what a person needs to see why: engines' logs and what took how long. */
async function keepLogs(
  options: DrillOptions,
  drill: Drill,
  workspace: Workspace,
  progress: Progress,
): Promise<void> {
  const folder = join(options.report, "logs");
  await rm(folder, { recursive: true, force: true });
  await cp(workspace.dataDir, folder, {
    recursive: true,
    // …/REGION/ENGINE and below it only `log`: data is large, and configuration holds secrets.
    filter: (path) => {
      const [, , part] = relative(workspace.dataDir, path).split(sep);
      return part === undefined || part === "log";
    },
  }).catch(() => undefined); // Destroyed before there was any.
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "timeline.json"), JSON.stringify(drill.stretches, null, 1));
  progress.line(`logs of all engines: ${folder}`);
}

async function cleanUp(
  options: DrillOptions,
  drill: Drill,
  workspace: Workspace,
  progress: Progress,
): Promise<void> {
  if (options.keep) {
    progress.line(`kept with its processes: ${workspace.folder}`);
    return;
  }
  await drill.stop();
  await removeWorkspace(workspace);
}
