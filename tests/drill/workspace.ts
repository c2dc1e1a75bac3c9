import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadTools, type Tools } from "../../setup/tools.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** A hundred ports for each region, and for a drill beside a living primary; side by side. */
const blockPorts = 300;

/** Everything of one drill: its checkout, Pulumi's home and state, and both regions' data. */
export interface Workspace {
  /** Absolute; removed at the end. */
  readonly folder: string;
  /** What `pulumi` runs in: the project's files, with stack settings of its own. */
  readonly project: string;
  readonly dataDir: string;
  /** Files in it arm failpoints. */
  readonly failpoints: string;
  readonly portBase: number;
  /** The environment of every command of this drill. */
  readonly env: Readonly<Record<string, string>>;
  readonly tools: Tools;
}

/**
 * Makes the folder of a drill. The project in it consists of links, so that stack settings and
 * state never touch those of the person who runs the drill.
 */
export async function makeWorkspace(label: string): Promise<Workspace> {
  const tools = loadTools();
  const folder = await mkdtemp(join(tmpdir(), `recover-drill-${label}-`));
  const project = join(folder, "project");
  const dataDir = join(folder, "data");
  const failpoints = join(folder, "failpoints");
  for (const path of [project, failpoints, join(folder, "home"), join(folder, "state")]) {
    await mkdir(path, { recursive: true });
  }
  for (const name of await readdir(root)) {
    if (name.startsWith(".")) continue;
    if (name.startsWith("Pulumi.")) await cp(join(root, name), join(project, name));
    else await symlink(join(root, name), join(project, name));
  }
  return {
    folder,
    project,
    dataDir,
    failpoints,
    portBase: await freePortBlock(),
    tools,
    env: {
      PATH: [
        tools.binDir,
        dirname(tools.pulumi),
        dirname(tools.node),
        process.env["PATH"] ?? "",
      ].join(delimiter),
      HOME: join(folder, "home"),
      LANG: "C.UTF-8",
      TMPDIR: tmpdir(),
      PULUMI_HOME: join(folder, "home", ".pulumi"),
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: randomBytes(16).toString("hex"),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      NODE_NO_WARNINGS: "1",
    },
  };
}

export async function removeWorkspace(workspace: Workspace): Promise<void> {
  await rm(workspace.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/** The first of 300 ports that nobody listens on, below the kernel's range of outgoing ports. */
async function freePortBlock(): Promise<number> {
  for (let attempt = 0; attempt < 40; attempt++) {
    const base = 12_000 + Math.floor(Math.random() * 63) * blockPorts;
    const taken = await Promise.all(
      Array.from({ length: blockPorts }, (_, index) => isTaken(base + index)),
    );
    if (!taken.includes(true)) return base;
  }
  throw new Error(`no ${blockPorts} free ports in a row between 12000 and 31000`);
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", () => {
      done(true);
    });
    server.listen(port, "127.0.0.1", () => {
      server.close(() => {
        done(false);
      });
    });
  });
}
