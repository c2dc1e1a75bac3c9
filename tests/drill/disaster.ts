import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runCommand, type RunningCommand } from "./commands.ts";
import type { Disaster, Moment } from "./plan.ts";
import {
  cutOff,
  homesOf,
  killBelow,
  processesBelow,
  removeFolder,
  signal,
  type Found,
} from "./processes.ts";
import type { Workspace } from "./workspace.ts";

/** The platform held still at the moment that was asked for. */
export interface Held {
  /** True when the state was really reached; false when it did not come about in time. */
  readonly reached: boolean;
  /** Lets everything that survived the disaster go on. */
  release(): Promise<void>;
}

/** On a busy machine a backup takes long to come to the moment, and so does the archive's next object. */
const patienceSeconds = 60;

/** Brings the platform into the moment's state and holds it there. */
export async function holdAt(
  moment: Moment,
  workspace: Workspace,
  region: string,
  backupConnection: unknown,
): Promise<Held> {
  if (moment === "during-full" || moment === "during-incremental") {
    const arm = await armed(workspace, "backup.during-bulk");
    const kind = moment === "during-full" ? "full" : "incremental";
    const backup = runCommand(workspace, "backup", backupConnection, { kind });
    const reached = await Promise.race([arm.reached(), backup.ended.then(() => false)]);
    return { reached, release: () => letGo(arm, backup) };
  }
  if (moment === "between-put-and-commit") {
    const arm = await armed(workspace, "archive.after-put");
    return { reached: await arm.reached(), release: () => letGo(arm) };
  }
  if (moment === "between-block-and-commit") {
    const brokers = await processesOf(region, "kafka");
    signal(brokers, "SIGSTOP");
    // ClickHouse writes what it has already fetched, and cannot commit it.
    await sleep(2000);
    return {
      reached: brokers.length > 0,
      release: () => {
        signal(brokers, "SIGCONT");
        return Promise.resolve();
      },
    };
  }
  return { reached: true, release: () => Promise.resolve() };
}

/** What the disaster leaves for the drill to look at later. */
export interface Struck {
  /** Milliseconds since 1970 of the first SIGKILL, or of the cut. */
  readonly at: number;
  /** When the last one had got its signal. */
  readonly until: number;
  /** Processes that were killed. */
  readonly killed: number;
  /** clickhouse-lost: what was cut off and lives on. */
  readonly zombies: readonly Found[];
}

/** The disaster: `kill -9` of its scope and deletion of its folders. No warning, no clean stop. */
export async function strike(disaster: Disaster, region: string): Promise<Struck> {
  if (disaster === "region-lost") return struckBy([region]);
  if (disaster === "clickhouse-lost") {
    const zombies = await processesOf(region, "clickhouse");
    const homes = new Set(zombies.map(({ home }) => home));
    const at = Date.now();
    for (const zombie of zombies) await cutOff(zombie);
    for (const home of homes) await rm(join(home, "run.json"), { force: true });
    return { at, until: Date.now(), killed: 0, zombies };
  }
  const engine = disaster === "zookeeper-lost" ? "zookeeper" : "postgres";
  return struckBy(await homesOf(region, engine));
}

async function struckBy(folders: readonly string[]): Promise<Struck> {
  const { from, to, processes } = await killBelow(...folders);
  await Promise.all(folders.map(removeFolder));
  return { at: from, until: to, killed: processes, zombies: [] };
}

/** Live processes of an engine, for example all brokers. */
export async function processesOf(region: string, engine: string): Promise<Found[]> {
  return (await homesOf(region, engine)).flatMap(processesBelow);
}

interface Arm {
  reached(): Promise<boolean>;
  disarm(): Promise<void>;
}

async function armed(workspace: Workspace, name: string): Promise<Arm> {
  const file = join(workspace.failpoints, name);
  await rm(`${file}.reached`, { force: true });
  await writeFile(file, "hold");
  return {
    async reached() {
      const deadline = Date.now() + patienceSeconds * 1000;
      while (!existsSync(`${file}.reached`) && Date.now() < deadline) await sleep(20);
      return existsSync(`${file}.reached`);
    },
    async disarm() {
      await rm(file, { force: true });
      await rm(`${file}.reached`, { force: true });
    },
  };
}

/** A backup that its disaster overtook is over: its machine is gone, or its engine is. */
async function letGo(arm: Arm, backup?: RunningCommand): Promise<void> {
  backup?.kill();
  await backup?.ended;
  await arm.disarm();
}
