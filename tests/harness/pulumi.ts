import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import type { Options, ResultPromise } from "execa";
import { loadTools } from "../../setup/tools.mjs";
import { onCleanup } from "./process.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What a small Pulumi project needs of this one: the provider, what it runs, its classes; no command. */
const parts = [
  "provider",
  "engines",
  "lib",
  "components/local/process.ts",
  "components/local/step.ts",
  "components/local/key.ts",
  "scripts",
  "setup/tools.mjs",
  "setup/lib/paths.mjs",
  "package.json",
];

export interface PulumiRun {
  readonly exitCode: number;
  /** stdout and stderr as they came. */
  readonly text: string;
}

/** Of a `pulumi` whose state is in `FOLDER/state`, and that finds nothing of the person who runs it. */
export function pulumiEnv(folder: string): Record<string, string> {
  const { binDir, pulumiHome, node } = loadTools();
  return {
    PATH: [binDir, dirname(node), process.env["PATH"]].join(delimiter),
    HOME: folder,
    PULUMI_HOME: pulumiHome,
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}

/** A Pulumi project of its own in a temporary folder: own state, own passphrase, own commands. */
export class PulumiProject {
  readonly folder: string;
  readonly env: Record<string, string>;

  private constructor(folder: string) {
    this.folder = folder;
    this.env = pulumiEnv(folder);
  }

  /**
   * @param folder exists and is removed by the caller.
   * @param commands sources of `scripts/commands/` by name. @default none
   */
  static async create(
    folder: string,
    commands: Readonly<Record<string, string>> = {},
  ): Promise<PulumiProject> {
    const project = new PulumiProject(folder);
    const commandsHere = join(root, "scripts/commands");
    const filter = (path: string) => path !== commandsHere;
    for (const part of parts) {
      await cp(join(root, part), join(folder, part), { recursive: true, filter });
    }
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    for (const name of ["scripts/commands", "stacks", "state"]) {
      await mkdir(join(folder, name), { recursive: true });
    }
    for (const [name, source] of Object.entries(commands)) {
      await writeFile(join(folder, "scripts/commands", `${name}.ts`), source);
    }
    await writeFile(
      join(folder, "Pulumi.yaml"),
      [
        "name: test",
        "runtime: {name: nodejs, options: {typescript: false}}",
        "main: stacks/index.ts",
        "plugins: {providers: [{name: recover, path: ./provider}]}",
        "",
      ].join("\n"),
    );
    await project.run(["stack", "init", "test"]);
    onCleanup(async () => {
      await project.run(["destroy", "--yes"]);
    });
    return project;
  }

  /** The program: TypeScript after the imports of Process, Step and Key. */
  async write(program: string): Promise<void> {
    const imports = ["Process", "Step", "Key"].map(
      (name) => `import { ${name} } from "../components/local/${name.toLowerCase()}.ts";`,
    );
    await writeFile(
      join(this.folder, "stacks/index.ts"),
      `${imports.join("\n")}\nvoid [Process, Step, Key];\n${program}`,
    );
  }

  spawn(args: readonly string[], options: Options = {}): ResultPromise {
    return execa("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd: this.folder,
      env: this.env,
      reject: false,
      all: true,
      stdin: "ignore",
      ...options,
    }) as unknown as ResultPromise;
  }

  async run(args: readonly string[]): Promise<PulumiRun> {
    const { exitCode, all } = await this.spawn([...args, ...this.#stack(args)]);
    return { exitCode: exitCode ?? -1, text: String(all) };
  }

  up = () => this.run(["up", "--yes", "--skip-preview"]);
  preview = (...args: string[]) => this.run(["preview", ...args]);
  refresh = () => this.run(["refresh", "--yes", "--skip-preview"]);
  destroy = () => this.run(["destroy", "--yes", "--skip-preview"]);

  /** State as `pulumi stack export` writes it: secrets are ciphertext. */
  async export(): Promise<string> {
    return (await this.run(["stack", "export"])).text;
  }

  /** Outputs of one resource by its name; secrets as their markers. */
  async outputs(name: string): Promise<Record<string, unknown>> {
    const state = JSON.parse(await this.export()) as {
      deployment: { resources?: { urn: string; outputs?: Record<string, unknown> }[] };
    };
    const found = state.deployment.resources?.find(({ urn }) => urn.endsWith(`::${name}`));
    if (!found) throw new Error(`there is no resource ${name} in the state`);
    return found.outputs ?? {};
  }

  #stack(args: readonly string[]): string[] {
    return args[1] === "init" ? [] : ["--stack", "test"];
  }
}
