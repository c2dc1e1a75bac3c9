import { existsSync, readFileSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { Command } from "commander";
import { allProcesses, describeProcess, homeOfProcess, processesUsing } from "../engines/proc.ts";

/**
 * `npm run purge -- --yes`: removes what `pulumi destroy` keeps on this machine, the vault with all its
 * backups and the archive included. The only command that deletes a vault; it asks Pulumi nothing.
 */
const root = dirname(import.meta.dirname);

const program = new Command("npm run purge --")
  .description(
    "Remove the data folder of the platform on this machine: the vault with all backups and the archive too.",
  )
  .option("--yes", "really remove; without it only say what would be removed", false)
  .option("--data-dir <folder>", "the folder (default: recover:dataDir of the local stacks)")
  .addHelpText(
    "after",
    "\nRun `pulumi destroy` on both stacks first: nothing is removed while a process of ours is alive in it.\n" +
      "Exit codes: 0 done, or nothing to do · 2 bad input or refused",
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
program.parse();
const { yes, dataDir } = program.opts<{ yes: boolean; dataDir?: string }>();

process.exitCode = await purge(
  dataDir === undefined ? configuredFolders(root) : [resolve(dataDir)],
  yes,
);

async function purge(folders: readonly string[], really: boolean): Promise<number> {
  let refused = false;
  for (const folder of folders) {
    if (!existsSync(folder)) {
      say(`${folder}: not there, nothing to remove.`);
      continue;
    }
    const why = (await notOurs(folder)) ?? alive(folder);
    if (why !== undefined) {
      say(`${folder} stays: ${why}`);
      refused = true;
    } else if (really) {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
      say(`${folder} removed.`);
    } else {
      say(`${folder} would be removed, with:`);
      for (const path of await contents(folder)) say(`  ${relative(folder, path)}`);
      say(
        "Nothing was removed. To remove it all, and every backup with it: npm run purge -- --yes",
      );
    }
  }
  return refused ? 2 : 0;
}

/** A folder that the platform never wrote may be anything: a slip in a setting must not delete it. */
async function notOurs(folder: string): Promise<string | undefined> {
  if (!(await stat(folder)).isDirectory()) return "it is no folder.";
  if (root === folder || root.startsWith(`${folder}/`)) {
    return "this project lies in it. Set recover:dataDir to a folder of its own.";
  }
  for (const region of await readdir(folder)) {
    const engines = await readdir(join(folder, region)).catch(() => undefined);
    if (engines === undefined) return `"${region}" in it is no region's folder.`;
    for (const engine of engines) {
      const home = join(folder, region, engine);
      const ours = ["run.json", "data", "log", "conf"].some((name) => existsSync(join(home, name)));
      if (!ours)
        return `${home} is nothing that the platform made: look at it and remove it by hand.`;
    }
  }
  return undefined;
}

function alive(folder: string): string | undefined {
  const below = (path: string | undefined) => path === folder || path?.startsWith(`${folder}/`);
  const pids = new Set([
    ...allProcesses().flatMap(({ pid }) => (below(homeOfProcess(pid)) === true ? [pid] : [])),
    ...processesUsing(folder).map(({ pid }) => pid),
  ]);
  pids.delete(process.pid);
  if (pids.size === 0) return undefined;
  const some = [...pids].slice(0, 5).map(describeProcess).join("\n  ");
  return (
    `${pids.size} processes are alive in it. Run \`pulumi destroy\` on the stacks that use it, then ` +
    `again.\n  ${some}`
  );
}

async function contents(folder: string): Promise<string[]> {
  const regions = await readdir(folder);
  const engines = await Promise.all(
    regions.map(async (region) =>
      (await readdir(join(folder, region))).map((engine) => join(folder, region, engine)),
    ),
  );
  return engines.flat();
}

/** `recover:dataDir` of every local stack's settings file; `.data` where none is set. */
function configuredFolders(project: string): string[] {
  const folders = ["local", "local-dr"].map((stack) => {
    const file = join(project, `Pulumi.${stack}.yaml`);
    const line = existsSync(file)
      ? /^\s+recover:dataDir:\s*(.+?)\s*$/m.exec(readFileSync(file, "utf8"))?.[1]
      : undefined;
    return resolve(project, line?.replaceAll(/^["']|["']$/g, "") ?? ".data");
  });
  return [...new Set(folders)];
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
