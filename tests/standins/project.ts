import { createHash, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { dump, load } from "js-yaml";
import { policyPackIn } from "../harness/policy-pack.ts";
import { pulumiEnv } from "../harness/pulumi.ts";
import { fencesIn } from "./line.ts";
import { readJournal, type Asked } from "./journal.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const here = fileURLToPath(new URL(".", import.meta.url));
const packages = ["aws", "kubernetes", "postgresql", "recover"];

/** Added to what `pulumi` and the stand-ins run with: the powers of `provider.ts`. */
export type Env = Readonly<Record<string, string>>;

export interface Ended {
  readonly exitCode: number;
  /** stdout and stderr as they came. */
  readonly text: string;
}

export interface StateEntry {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly initErrors?: readonly string[];
}

export interface State {
  readonly text: string;
  readonly resources: readonly StateEntry[];
  /** What was begun and whose end nobody saw. */
  readonly pending: readonly StateEntry[];
}

export interface StandInOptions {
  /** Steps, keys and records are made by this project's own provider. @default false: stood in for too */
  readonly ownProvider?: boolean;
  /** Of every run. @default nothing */
  readonly env?: Env;
}

/** One resource of a plan. */
export interface PlannedStep {
  /** `create`, `update`, `same`, `replace`, `create-replacement`, `delete`, … as the engine writes it. */
  readonly op: string;
  readonly urn: string;
}

export interface Plan {
  readonly steps: readonly PlannedStep[];
  readonly changeSummary: Readonly<Partial<Record<string, number>>>;
}

/**
 * What is run, not kept: another input makes another Job, and another Secret with that input; other scripts are another
 * object.
 */
const run =
  /[:$]kubernetes:batch\/v1:Job::|[:$]recover:job:KubernetesStep\$kubernetes:core\/v1:Secret::|:aws:s3\/bucketObjectv2:BucketObjectv2::bundle$/;

/** What a plan would take away or make anew of all that is kept: `OPERATION URN` of each. */
export function goneIn({ steps }: Plan): readonly string[] {
  return steps
    .filter(({ op, urn }) => /delete|replace/.test(op) && !run.test(urn))
    .map(({ op, urn }) => `${op} ${urn}`);
}

/** The shipped stacks of AWS on the real engine, with stand-ins for the providers' plugins. */
export class StandInProject {
  readonly #folder: string;
  readonly #env: Record<string, string>;

  private constructor(folder: string, env: Env = {}) {
    this.#folder = folder;
    this.#env = { ...pulumiEnv(folder), STANDIN_JOURNAL: join(folder, "journal"), ...env };
  }

  /** @param folder exists, is empty, and is removed by the caller */
  static async create(
    folder: string,
    { ownProvider = false, env }: StandInOptions = {},
  ): Promise<StandInProject> {
    const project = new StandInProject(folder, env);
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    await cp(join(root, "package.json"), join(folder, "package.json"));
    await mkdir(join(folder, "state"));
    await mkdir(join(folder, "vendor"));
    await writeFile(join(folder, "vendor/kafka-connect-aws-s3.zip"), plugin);
    const shipped = load(await readFile(join(root, "Pulumi.yaml"), "utf8")) as object;
    const providers = packages.map((name) => ({
      name,
      path:
        name === "recover" && ownProvider ? join(root, "provider") : join(here, "plugins", name),
    }));
    const own = { ...shipped, main: "main.ts", plugins: { providers } };
    await writeFile(join(folder, "Pulumi.yaml"), dump(own));
    await project.write();
    return project;
  }

  /** The same at this moment, in another folder: what becomes of one the other does not see. */
  async copyTo(folder: string): Promise<StandInProject> {
    await cp(this.#folder, folder, { recursive: true, verbatimSymlinks: true });
    const copy = new StandInProject(folder);
    await copy.write();
    return copy;
  }

  /**
   * The program: `stacks/index.ts`, but for the operator's definitions, which a user brings, and a tunnel.
   *
   * @param more source that runs before it, for what a test must see go wrong. @default nothing
   */
  async write(more = ""): Promise<void> {
    const from = (path: string) => JSON.stringify(join(root, path));
    await this.writeWhole(
      `import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { emptyDefinition } from ${from("components/clickhouse/crds.ts")};
import { makeBundle } from ${from("scripts/bundle/bundle.ts")};
import { awsProgram } from ${from("stacks/programs.ts")};
import { readAwsSettings } from ${from("stacks/settings.ts")};
export default () => {
  void aws;
  ${more}
  return awsProgram(readAwsSettings(new pulumi.Config("recover"), import.meta.dirname), {
    crds: [emptyDefinition],
    bundle: makeBundle(${JSON.stringify(root)}, import.meta.dirname + "/bundles"),
    probe: () => Promise.resolve(true),
  });
};
`,
    );
  }

  /** Another program altogether. */
  async writeWhole(source: string): Promise<void> {
    await writeFile(join(this.#folder, "main.ts"), source);
  }

  /** A stack with the settings of a shipped example, of the one of its own name unless another is named. */
  async init(
    stack: string,
    changed: Readonly<Record<string, unknown>> = {},
    shipped = stack,
  ): Promise<void> {
    const name = `Pulumi.${stack}.yaml`;
    const text = await readFile(join(root, `Pulumi.${shipped}.yaml`), "utf8");
    const { config } = load(text) as { config: Record<string, unknown> };
    const archive = config["recover:archive"] as { plugin: Record<string, unknown> };
    archive.plugin["sha256"] = createHash("sha256").update(plugin).digest("hex");
    for (const [key, value] of Object.entries(changed)) config[`recover:${key}`] = value;
    await writeFile(join(this.#folder, name), dump({ config }));
    await this.run(["stack", "init", stack]);
  }

  /** Sets `recover:KEY` of each; a part of an object by its path, for example `postgres.instanceClass`. */
  async configure(stack: string, changed: Readonly<Record<string, string>>): Promise<void> {
    const pairs = Object.entries(changed).flatMap(([key, value]) => [
      "--plaintext",
      `recover:${key}=${value}`,
    ]);
    await this.run(["config", "set-all", "--stack", stack, "--path", ...pairs]);
  }

  #spawn(args: readonly string[], env: Env, detached = false) {
    return execa("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd: this.#folder,
      env: { ...this.#env, STANDIN_RUN: randomUUID(), ...env },
      reject: false,
      all: true,
      stdin: "ignore",
      detached,
    });
  }

  /** Of an update: where its events go, those for debugging too; read them with `events`. */
  eventLog = (): { env: Env; flags: string[] } => ({
    env: { PULUMI_DEBUG_COMMANDS: "true" },
    flags: ["--event-log", join(this.#folder, "events")],
  });

  events = (): Promise<string> => readFile(join(this.#folder, "events"), "utf8");

  async run(args: readonly string[], env: Env = {}): Promise<Ended> {
    const { exitCode, all } = await this.#spawn(args, env);
    return { exitCode: exitCode ?? -1, text: all };
  }

  /** Flags of a preview or an update that the policy pack judges. */
  pack = (): Promise<string[]> => policyPackIn(this.#folder);

  /** What a stack puts out, its secrets too. */
  async output(stack: string, name: string): Promise<unknown> {
    const shown = ["--stack", stack, "--show-secrets", "--json"];
    const { exitCode, text } = await this.run(["stack", "output", name, ...shown]);
    if (exitCode !== 0) throw new Error(text);
    return JSON.parse(text);
  }

  /** What `npm run pair` writes into a standby's config, from a stack that is up; and the end of a tunnel. */
  async pairing(
    stack: string,
    adminEndpoint = "127.0.0.1:15432",
  ): Promise<Readonly<Record<string, unknown>>> {
    const { settings, paths, trust } = (await this.output(stack, "standbyConfig")) as {
      settings: Record<string, unknown>;
      paths: Record<string, string>;
      trust: Record<string, string>;
    };
    const postgres = { adminEndpoint, backupArn: paths["postgres.backupArn"] };
    return { ...settings, trust, postgres };
  }

  /** The line's fences in a control bucket: stack by epoch. */
  fences(bucket: string): Readonly<Record<string, string>> {
    return fencesIn(join(this.#folder, "journal-control"), bucket);
  }

  preview = (stack: string, env: Env = {}, ...flags: string[]) =>
    this.run(["preview", "--stack", stack, ...flags], env);

  /** A preview that fails when there is something left to do. */
  nothingLeft = (stack: string, env: Env = {}, ...flags: string[]) =>
    this.preview(stack, env, "--expect-no-changes", ...flags);

  /**
   * What a preview would do, resource by resource.
   *
   * @throws Error with what was printed, when the preview failed
   */
  async plan(stack: string, env: Env = {}): Promise<Plan> {
    const { exitCode, text } = await this.preview(stack, env, "--json");
    if (exitCode !== 0) throw new Error(text);
    return JSON.parse(text.slice(text.indexOf("{"))) as Plan;
  }

  up = (stack: string, env: Env = {}, ...flags: string[]) =>
    this.run([...upOf(stack), ...flags], env);

  /**
   * An `up` whose engine gets SIGKILL while it waits for a creation that the cloud has done.
   *
   * @param at that creation: `TYPE NAME`, or `#N` for the n-th
   * @returns `TYPE NAME` of it
   * @throws Error with what was printed, when the `up` never came to it
   */
  async killedUp(stack: string, at: string): Promise<string> {
    const held = join(this.#folder, "journal-held");
    await rm(held, { force: true });
    const running = this.#spawn(upOf(stack), { STANDIN_HOLD: at }, true);
    const ended = new AbortController();
    void running.then(() => {
      ended.abort();
    });
    while (!existsSync(held) && !ended.signal.aborted) await sleep(50);
    // With all that it started: the program would wait for the engine for ever.
    if (running.pid !== undefined && !ended.signal.aborted) killWithGroups(running.pid);
    const { all } = await running;
    if (!existsSync(held)) throw new Error(all);
    return readFile(held, "utf8");
  }

  /** What the state holds, as `pulumi stack export` shows it: secrets are ciphertext. */
  async state(stack: string): Promise<State> {
    const { exitCode, text } = await this.run(["stack", "export", "--stack", stack]);
    if (exitCode !== 0) throw new Error(text);
    const { deployment } = JSON.parse(text) as {
      deployment: { resources?: StateEntry[]; pending_operations?: { resource: StateEntry }[] };
    };
    return {
      text,
      resources: deployment.resources ?? [],
      pending: (deployment.pending_operations ?? []).map(({ resource }) => resource),
    };
  }

  /** All that the stand-ins were asked, in order. */
  get asked(): readonly Asked[] {
    return readJournal(join(this.#folder, "journal"));
  }
}

/** SIGKILL for a process, its group, and its children with theirs: the engine starts a language host in a group of its own. */
function killWithGroups(pid: number): void {
  const threads = readdirSync(`/proc/${pid}/task`);
  const children = threads.flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").trim().split(/\s+/),
  );
  for (const each of [pid, ...children.map(Number)]) {
    if (each === 0) continue;
    try {
      process.kill(-each, "SIGKILL");
    } catch (error) {
      // It leads no group: it was in the engine's.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

const upOf = (stack: string) => ["up", "--stack", stack, "--yes", "--skip-preview"];

const plugin = "a connector's release";
