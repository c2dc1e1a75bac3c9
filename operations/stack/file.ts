import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { load } from "js-yaml";
import * as pulumi from "@pulumi/pulumi";
import { UserError } from "../../scripts/command.ts";
import { readSettings, refuseUnknown, type AwsSettings } from "../../stacks/settings.ts";

/** Folder of Pulumi.yaml. */
export const projectRoot = join(import.meta.dirname, "../..");

/** A stack as its files say it: without engine, state, or key of its secrets. */
export interface StackFile {
  /** As in Pulumi.STACK.yaml: without organization and project. */
  readonly name: string;
  /** Configuration as the CLI hands it to the program, by `namespace:key`. */
  readonly config: Readonly<Record<string, string>>;
  readonly settings: AwsSettings;
  /** As written, also where another file stood in for it; undefined where the archive needs none. */
  readonly plugin: Plugin | undefined;
}

export interface ReadOptions {
  /** Folder of Pulumi.yaml. @default the project's */
  readonly root?: string;
  /** Settings that stand instead of the file's, without `recover:`. @default none */
  readonly instead?: Readonly<Record<string, unknown>>;
  /** A .zip that stands for the archive's plugin, whose file the user may not have yet. @default none */
  readonly standIn?: Plugin;
}

/** The file of the archive's connector, as the settings name it. */
export interface Plugin {
  readonly path: string;
  readonly sha256: string;
}

/**
 * A stack's settings, read by the same code as in its program. Pulumi.yaml's defaults come first, as the CLI
 * has it (https://www.pulumi.com/docs/iac/concepts/config/). Secrets stay closed:
 * no setting that is read here is one.
 *
 * @throws UserError that names what is wrong in the files
 */
export function readStack(stack: string | undefined, options: ReadOptions = {}): StackFile {
  const { root = projectRoot, instead = {}, standIn } = options;
  const asked = requireStack(stack);
  const name = asked.split("/").at(-1) ?? asked;
  const file = join(root, `Pulumi.${name}.yaml`);
  if (!existsSync(file)) {
    throw new UserError(
      `there is no ${file}: the stack "${name}" has no settings. Name one that has, for example prod, or copy ` +
        `Pulumi.prod.yaml to Pulumi.${name}.yaml and change what is marked there.`,
    );
  }
  const own = Object.entries(instead).map(([key, value]) => [`recover:${key}`, value]);
  const values = {
    ...defaultsOf(yaml(join(root, "Pulumi.yaml"))),
    ...part(yaml(file), "config"),
    ...(Object.fromEntries(own) as Record<string, unknown>),
  };
  const config = Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, textOf(value)]],
    ),
  );
  const written = pluginOf(config["recover:archive"]);
  if (written === undefined || standIn === undefined) {
    return { name, config, settings: settingsOf(config, name, root), plugin: written?.plugin };
  }
  const archive = { ...written.archive, plugin: { ...written.plugin, ...standIn } };
  const readable = { ...config, "recover:archive": JSON.stringify(archive) };
  const plugin = { ...written.plugin, path: resolve(root, written.plugin.path) };
  return { name, config, settings: settingsOf(readable, name, root), plugin };
}

/** The stack that a command was given. @throws UserError when it was given none */
export function requireStack(stack: string | undefined): string {
  if (stack !== undefined) return stack;
  throw new UserError("which stack? Pass --stack NAME, for example --stack prod.");
}

/** Undefined for what is none: the settings' own check says so. */
function pluginOf(text = "{}"): { readonly archive: object; readonly plugin: Plugin } | undefined {
  const archive = JSON.parse(text) as { plugin?: Partial<Plugin> } | null;
  const { path, sha256 } = archive?.plugin ?? {};
  if (archive === null || path === undefined || sha256 === undefined) return undefined;
  return { archive, plugin: { path, sha256 } };
}

function settingsOf(config: Record<string, string>, name: string, root: string): AwsSettings {
  if (config["recover:platform"] !== "aws") {
    throw new UserError(
      `stack "${name}" is on platform ${config["recover:platform"] ?? "local"}: what this command looks at is ` +
        "AWS's alone. Name a stack with recover:platform aws, for example prod or dr.",
    );
  }
  pulumi.runtime.setAllConfig(config);
  try {
    refuseUnknown(Object.keys(config));
    return readSettings(new pulumi.Config("recover"), root) as AwsSettings;
  } catch (error) {
    if (error instanceof pulumi.RunError) throw new UserError(error.message, { cause: error });
    throw error;
  }
}

function yaml(file: string): unknown {
  try {
    return load(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(`${file} is no YAML: ${(error as Error).message}`);
  }
}

function part(of: unknown, key: string): Record<string, unknown> {
  const value = (of as Record<string, unknown> | undefined)?.[key];
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** Keys of Pulumi.yaml that have a default; a plain value there is its default itself. */
function defaultsOf(project: unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(part(project, "config")).map(([key, declared]) => [
      key,
      typeof declared === "object" && declared !== null && "type" in declared
        ? (declared as { default?: unknown }).default
        : declared,
    ]),
  );
}

/** As the CLI hands it over: text as it is, the rest as JSON. */
function textOf(value: unknown): string {
  const open = opened(value);
  return typeof open === "string" ? open : JSON.stringify(open);
}

/** Instead of what only the stack's secrets provider can read. */
const closedSecret = "a secret that is not read here";

function opened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(opened);
  if (typeof value !== "object" || value === null) return value;
  const { secure, ...rest } = value as Record<string, unknown>;
  if (typeof secure === "string" && Object.keys(rest).length === 0) return closedSecret;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, opened(each)]));
}
