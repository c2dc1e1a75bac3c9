/**
 * All that a pod of ours starts with, beside a stock Node image: `node main.ts COMMAND`. It fetches the
 * scripts from the control bucket, refuses any other than those that the stack named, runs the command
 * and stores its result.
 *
 * Exit codes are the command's: 0 clean, 1 red, 2 refused, 3 defect; 75 (EX_TEMPFAIL) when the bucket
 * cannot be reached. What is none of the command's verdicts is tried again here, and not by another pod: pulumi-kubernetes
 * sees a Job fail when its backoffLimit is used up, and not when a podFailurePolicy has ended it
 * (provider/pkg/await/checker/job/check.go of v4.30.0).
 */
import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { getObject, putObject, Transient, waitMs, type Control } from "./s3.ts";
import { unpack } from "./tar.ts";

/** `runner.json` of the pod's Secret. */
interface Runner {
  readonly control: Control;
  readonly bundle: { readonly key: string; readonly sha256: string };
  /** Folder of results; without it (a daemon) nothing is stored. */
  readonly results?: string;
}

const refused = 2;
const tryLater = 75;
/** No bundle of ours comes near it; what unpacks to more is not ours. */
const mostBytes = 512 * 1024 * 1024;

const input = process.env["RECOVER_INPUT"] ?? "/input";
const work = process.env["RECOVER_WORK"] ?? "/scratch";
const [command = ""] = process.argv.slice(2);

/** By which a command says that once more is the same again. */
const verdicts = [0, 1, refused, 3];
const mostAttempts = 4;
let stopping = false;
let child: ChildProcess | undefined;
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => {
    stopping = true;
    child?.kill(signal);
  });
}

process.exit(await main());

async function main(): Promise<number> {
  const runner = JSON.parse(readFileSync(join(input, "runner.json"), "utf8")) as Runner;
  // A daemon's container is started again by Kubernetes.
  const attempts = runner.results === undefined ? 1 : mostAttempts;
  for (let attempt = 1; ; attempt++) {
    const code = await once(runner).catch((error: unknown) => {
      process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
      return error instanceof Transient ? tryLater : refused;
    });
    if (verdicts.includes(code) || attempt === attempts || stopped()) return code;
    process.stderr.write(`attempt ${attempt} of ${attempts} ended with ${code}: once more\n`);
    await sleep(waitMs * 25 * 2 ** (attempt - 1));
    if (stopped()) return code;
  }
}

/** Set by a signal, whenever that comes. */
function stopped(): boolean {
  return stopping;
}

async function once(runner: Runner): Promise<number> {
  const folder = await fetchBundle(runner);
  const startedAt = new Date().toISOString();
  const { code, printed } = await run(folder, runner.results !== undefined);
  if (code !== 0 || runner.results === undefined) return code;
  const job = process.env["RECOVER_JOB_NAME"] ?? "";
  const record = {
    job,
    uid: process.env["RECOVER_JOB_UID"] ?? "",
    command,
    startedAt,
    finishedAt: new Date().toISOString(),
    result: JSON.parse(printed) as unknown,
  };
  const key = `${runner.results}${job}.json`;
  await putObject(runner.control, key, Buffer.from(JSON.stringify(record)));
  return 0;
}

async function fetchBundle({ control, bundle }: Runner): Promise<string> {
  const tar = gunzipSync(await getObject(control, bundle.key), { maxOutputLength: mostBytes });
  const found = createHash("sha256").update(tar).digest("hex");
  if (found !== bundle.sha256) {
    throw new Error(
      `the scripts in ${control.bucket}/${bundle.key} are not those of this stack: their SHA-256 is ` +
        `${found}, not ${bundle.sha256}. Nothing was run. Upload the bundle again (\`pulumi up\`).`,
    );
  }
  const folder = join(work, "bundle");
  // A container that starts again in the same pod finds what the last one left.
  rmSync(folder, { recursive: true, force: true });
  const ready = process.env["RECOVER_READY_FILE"];
  if (ready !== undefined) rmSync(ready, { force: true });
  mkdirSync(folder, { recursive: true });
  unpack(tar, folder);
  return folder;
}

/** The command's messages go to the log; its result does not: it may say more than a log should. */
async function run(folder: string, wanted: boolean): Promise<{ code: number; printed: string }> {
  const argv = ["scripts/cli.ts", command, "--json", "--input", join(input, "input.json")];
  const running = spawn(process.execPath, argv, {
    cwd: folder,
    stdio: ["ignore", wanted ? "pipe" : "ignore", "inherit"],
  });
  child = running;
  const ended = new Promise<number>((resolve, reject) => {
    running.once("error", reject);
    running.once("close", (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
  const printed = running.stdout === null ? "" : await text(running.stdout);
  return { code: await ended, printed };
}
