import { isAbsolute, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { awsNames, awsSchema, type AwsSettings } from "./settings/aws.ts";
import { localSchema, type LocalSettings } from "./settings/local.ts";

export type { AwsSettings } from "./settings/aws.ts";
export type { LocalSettings } from "./settings/local.ts";
export type { Recoverable } from "./settings/parts.ts";

/** Every setting of a stack, read once; `platform` says which there are. */
export type Settings = LocalSettings | AwsSettings;

/** Settings that are secrets; they are read where they are used. */
export const secretNames = ["vaultSecretAccessKey", "clusterKubeconfig"];

const localNames = Object.keys(localSchema.shape);

/** Every setting, in the order of the README's table: those of both platforms, of AWS, of this machine. */
export const settingNames = [
  ...awsNames,
  ...localNames.filter((name) => !awsNames.includes(name)),
  ...secretNames,
];

/** Which platforms know a setting. */
export function platformsOf(name: string): ("local" | "aws")[] {
  const secret =
    name === "vaultSecretAccessKey" ? ["local"] : name === "clusterKubeconfig" ? ["aws"] : [];
  return (["local", "aws"] as const).filter(
    (platform) =>
      secret.includes(platform) || (platform === "local" ? localNames : awsNames).includes(name),
  );
}

/** Whether a stack is a drill beside a living primary. */
export function isRehearsal({ role, mode }: Settings): boolean {
  return role === "standby" && mode === "drill";
}

/** Where a standby that took over copies its vault to, and by which name; undefined where it does not. */
export function copyOf({ role, mode, reprotect }: AwsSettings): AwsSettings["reprotect"] {
  return role === "standby" && mode === "reprotect" ? reprotect : undefined;
}

/** Regions that a stack of AWS has resources in, its own first. */
export function regionsOf(settings: AwsSettings): string[] {
  return [...new Set([settings.region, copyOf(settings)?.region ?? settings.standbyRegion])];
}

/** Protections that are off, each with its reason: for every preview. */
export function protectionsOff(settings: Settings): string[] {
  const found: string[] = [];
  const search = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null) return;
    const reason = reasonOf(value);
    if (reason !== undefined) found.push(`recover:${path} is off: ${reason}`);
    else
      for (const [key, each] of Object.entries(value))
        search(each, path === "" ? key : `${path}.${key}`);
  };
  search(settings, "");
  return found;
}

function reasonOf(value: object): string | undefined {
  const { off, because } = value as { off?: unknown; because?: unknown };
  return [off, because].find((each): each is string => typeof each === "string");
}

/**
 * Reads the whole configuration once.
 *
 * @param config the namespace `recover`
 * @param root folder that relative paths start from (the project's)
 * @throws Error with one line for each setting that is wrong
 */
export function readSettings(config: pulumi.Config, root: string): Settings {
  const platform = config.get("platform") ?? "";
  if (platform === "aws") return readAwsSettings(config, root);
  if (platform === "" || platform === "local") return readLocalSettings(config, root);
  throw unusable([`recover:platform: ${platform} is none. Write "local" or "aws"`]);
}

/** {@link readSettings} of a stack of the `local` platform. */
export function readLocalSettings(config: pulumi.Config, root: string): LocalSettings {
  const settings = parsed(localSchema, rawOf(config, localNames));
  return { ...settings, dataDir: absolute(settings.dataDir, root) };
}

/** {@link readSettings} of a stack of the `aws` platform. */
export function readAwsSettings(config: pulumi.Config, root: string): AwsSettings {
  const raw = rawOf(config, awsNames);
  for (const path of [
    ["archive", "plugin", "path"],
    ["clickhouseOperator", "install", "crds", "path"],
  ]) {
    const [name = "", ...rest] = path;
    if (name in raw) raw[name] = withPath(raw[name], rest, root);
  }
  return parsed(awsSchema, raw);
}

/** What is not a text: read as JSON. */
const objects = new Set(
  [
    "replicationLag lease fullBackups incrementalBackups recoveries trust zones network cluster images",
    "imageOrigin clickhouseOperator reprotect archive kafka postgres clickhouse zookeeper audit alarms",
  ].flatMap((names) => names.split(" ")),
);
const numbers = new Set(["portBase", "partitions", "generation", "failoverEpoch"]);

function rawOf(config: pulumi.Config, names: readonly string[]): Record<string, unknown> {
  const raw: Record<string, unknown> = {};
  for (const name of names) {
    const value = objects.has(name)
      ? config.getObject(name)
      : numbers.has(name)
        ? config.getNumber(name)
        : config.get(name);
    // Pulumi.yaml's default of what may be left out.
    if (value !== undefined && value !== "" && !isEmpty(value)) raw[name] = value;
  }
  return raw;
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

function parsed<T extends z.ZodType>(schema: T, raw: Record<string, unknown>): z.output<T> {
  const result = schema.safeParse(raw, { reportInput: true });
  if (result.success) return result.data;
  throw unusable(
    result.error.issues.map(
      ({ path, input, message }) =>
        `recover:${path.join(".")}: ${input === undefined ? "is not set. " : ""}${message}`,
    ),
  );
}

/** A path inside a setting, from the project's folder. */
function withPath(value: unknown, [key, ...rest]: readonly string[], root: string): unknown {
  if (key === undefined) return typeof value === "string" ? absolute(value, root) : value;
  if (typeof value !== "object" || value === null || !(key in value)) return value;
  return { ...value, [key]: withPath((value as Record<string, unknown>)[key], rest, root) };
}

function absolute(path: string, root: string): string {
  return isAbsolute(path) ? path : resolve(root, path);
}

/**
 * A setting with a slip in its name would leave a default in force without a word.
 *
 * @param keys of the whole configuration, for example `recover:region`
 * @throws Error that names each key of `recover:` which is none
 */
export function refuseUnknown(keys: readonly string[]): void {
  const unknown = keys.filter((key) => {
    const [namespace, name] = key.split(":");
    return namespace === "recover" && name !== undefined && !settingNames.includes(name);
  });
  if (unknown.length > 0) throw unusable(unknown.map((key) => `${key}: there is no such setting`));
}

/** Without a stack trace: the CLI shows the message alone, and at once. */
function unusable(lines: readonly string[]): pulumi.RunError {
  return new pulumi.RunError(
    `The stack's configuration is not usable, nothing was changed:\n  ${lines.join("\n  ")}\n` +
      "Set them with `pulumi config set`, or see the settings table in README.md.",
  );
}
