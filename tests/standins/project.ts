import { createHash } from "node:crypto";
import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
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

export interface StandInOptions {
  /** Steps, keys and records are made by this project's own provider. @default false: stood in for too */
  readonly ownProvider?: boolean;
  /** Added to what `pulumi` runs with. @default nothing */
  readonly env?: Readonly<Record<string, string>>;
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

  private constructor(folder: string, env: Readonly<Record<string, string>> = {}) {
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

  async run(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly exitCode: number; readonly text: string }> {
    const { exitCode, all } = await execa(
      "pulumi",
      [...args, "--non-interactive", "--color", "never"],
      {
        cwd: this.#folder,
        env: { ...this.#env, ...env },
        reject: false,
        all: true,
        stdin: "ignore",
      },
    );
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

  /** The line's fences in a control bucket: stack by epoch. */
  fences(bucket: string): Readonly<Record<string, string>> {
    return fencesIn(join(this.#folder, "journal-control"), bucket);
  }

  preview = (stack: string, ...args: string[]) => this.run(["preview", "--stack", stack, ...args]);

  /**
   * What a preview would do, resource by resource.
   *
   * @throws Error with what was printed, when the preview failed
   */
  async plan(stack: string, env?: Readonly<Record<string, string>>): Promise<Plan> {
    const { exitCode, text } = await this.run(["preview", "--stack", stack, "--json"], env);
    if (exitCode !== 0) throw new Error(text);
    return JSON.parse(text.slice(text.indexOf("{"))) as Plan;
  }

  up = (stack: string, env?: Readonly<Record<string, string>>) =>
    this.run(["up", "--stack", stack, "--yes", "--skip-preview"], env);

  /** All that the stand-ins were asked, in order. */
  get asked(): readonly Asked[] {
    return readJournal(join(this.#folder, "journal"));
  }
}

const plugin = "a connector's release";
