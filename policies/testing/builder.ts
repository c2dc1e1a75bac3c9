import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";

const require = createRequire(import.meta.url);

/** Account of the tests. */
export const account = "123456789012";

export interface BuildOptions {
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
  readonly ignoreChanges?: readonly string[];
  readonly parent?: Built;
  readonly dependsOn?: readonly Built[];
  /** Region of the resource's provider. @default the stack's own */
  readonly region?: string | typeof nowhere;
  /** What the resource's provider is given. @default its region, of those of AWS */
  readonly provider?: Readonly<Record<string, unknown>>;
  /** Outputs that are known only after the update. */
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** The property's value comes from these, as after an `apply`. */
  readonly propertyDependencies?: Readonly<Record<string, readonly Built[]>>;
}

/** A provider whose region no source tells. */
export const nowhere: unique symbol = Symbol("nowhere");

/** A value that is known after the update: of another resource, or of the world. */
class Later {
  readonly sources: readonly Built[];
  readonly inPreview: () => unknown;
  readonly inState: () => unknown;
  constructor(sources: readonly Built[], inPreview: () => unknown, inState: () => unknown) {
    this.sources = sources;
    this.inPreview = inPreview;
    this.inState = inState;
  }
}

/** Stands for a value that a preview does not know, and a state holds encrypted. */
export const open: unique symbol = Symbol("open");

/** Never known, in no source; fits every property. */
export function notKnown(): pulumi.Output<never> {
  return new Later(
    [],
    () => open,
    () => open,
  ) as unknown as pulumi.Output<never>;
}

/** Text with outputs of other resources in it. */
export function text(
  parts: TemplateStringsArray,
  ...values: readonly (pulumi.Output<string> | string)[]
): pulumi.Output<string> {
  const all = values as readonly unknown[];
  const laters = all.filter((each) => each instanceof Later);
  const write = (value: (later: Later) => unknown) => () => {
    const known = all.map((each) => (each instanceof Later ? value(each) : each));
    if (known.includes(open)) return open;
    return parts.map((part, i) => `${part}${i < known.length ? String(known[i]) : ""}`).join("");
  };
  return new Later(
    laters.flatMap(({ sources }) => sources),
    write((later) => later.inPreview()),
    write((later) => later.inState()),
  ) as unknown as pulumi.Output<string>;
}

/** JSON of a document, as `pulumi.jsonStringify` makes it: not known while a part of it is not. */
export function jsonOf(document: unknown): pulumi.Output<string> {
  const sources = latersIn(document).flatMap((later) => later.sources);
  const write = (phase: Phase) => () => {
    const value = resolve(document, phase);
    return holdsOpen(value) ? open : JSON.stringify(value);
  };
  return new Later(sources, write("preview"), write("state")) as unknown as pulumi.Output<string>;
}

export type Phase = "preview" | "state";

/** One resource of a built stack. */
export class Built {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly options: BuildOptions;
  readonly region: string | typeof nowhere;
  /** Outputs that other resources take: a state has them. */
  private readonly taken = new Set<string>();

  constructor(
    stack: string,
    type: string,
    name: string,
    args: Readonly<Record<string, unknown>>,
    options: BuildOptions & { readonly region: string | typeof nowhere },
  ) {
    this.type = type;
    this.name = name;
    this.args = args;
    this.options = options;
    this.region = options.region;
    const parent = options.parent === undefined ? "" : `${options.parent.type}$`;
    this.urn = `urn:pulumi:${stack}::platform::${parent}${type}::${name}`;
  }

  get id(): pulumi.Output<string> {
    return this.out("id");
  }
  get arn(): pulumi.Output<string> {
    return this.out("arn");
  }

  /** An output as another resource takes it: known early only where this resource's own inputs hold it. */
  out<T = string>(property: string): pulumi.Output<T> {
    this.taken.add(property);
    return new Later(
      [this],
      () => this.value(property, "preview"),
      () => this.value(property, "state"),
    ) as unknown as pulumi.Output<T>;
  }

  value(property: string, phase: Phase): unknown {
    if (this.args[property] !== undefined) return resolve(this.args[property], phase);
    if (phase === "preview") return open;
    const invented = this.options.outputs?.[property];
    if (invented !== undefined) return invented;
    if (property === "arn") return this.inventArn();
    if (property === "id" && this.type === "aws:s3/bucket:Bucket")
      return this.value("bucket", phase);
    return `${this.name}-${property}`;
  }

  inputs(phase: Phase): Record<string, unknown> {
    return resolve(this.args, phase) as Record<string, unknown>;
  }

  outputs(phase: Phase): Record<string, unknown> {
    const computed = computedOutputs(this.type).filter((name) => this.args[name] === undefined);
    const later =
      phase === "preview"
        ? Object.fromEntries([...computed, "id"].map((name) => [name, open]))
        : {
            ...(computed.includes("arn") ? { arn: this.value("arn", phase) } : {}),
            ...(this.type === "aws:s3/bucket:Bucket"
              ? { bucket: this.value("bucket", phase) }
              : {}),
            ...Object.fromEntries([...this.taken].map((name) => [name, this.value(name, phase)])),
            ...this.options.outputs,
            id: this.value("id", phase),
          };
    return { ...this.inputs(phase), ...later };
  }

  /** By top-level property, the resources that its value comes from. */
  get propertyDependencies(): Record<string, string[]> {
    const result: Record<string, string[]> = {};
    for (const [property, value] of Object.entries(this.args)) {
      const sources = latersIn(value).flatMap((later) => later.sources);
      if (sources.length > 0) result[property] = [...new Set(sources.map(({ urn }) => urn))];
    }
    for (const [property, sources] of Object.entries(this.options.propertyDependencies ?? {})) {
      result[property] = sources.map(({ urn }) => urn);
    }
    return result;
  }

  get dependencies(): string[] {
    const others = (this.options.dependsOn ?? []).map(({ urn }) => urn);
    return [...new Set([...Object.values(this.propertyDependencies).flat(), ...others])];
  }

  private inventArn(): string {
    const region = this.region === nowhere ? "" : this.region;
    const service = this.type.split(":")[1]?.split("/")[0] ?? "";
    return service === "s3"
      ? `arn:aws:s3:::${String(this.value("bucket", "state"))}`
      : `arn:aws:${service}:${region}:${account}:${this.name}`;
  }
}

/** Class of an SDK, with the arguments that its constructor takes. */
export interface ResourceClass<Args> {
  new (name: string, args: Args, opts?: pulumi.CustomResourceOptions): pulumi.Resource;
  isInstance(thing: unknown): boolean;
}

/** Builds a stack of real resource types; the compiler checks every argument. */
export class StackBuilder {
  readonly name: string;
  readonly region: string | typeof nowhere;
  readonly built: Built[] = [];
  /** Settings of the stack by full key. */
  readonly config: Record<string, unknown> = {};
  secretsProvider: { readonly type: string; readonly url?: string } | undefined;

  constructor(name = "prod", region: string | typeof nowhere = "eu-central-1") {
    this.name = name;
    this.region = region;
  }

  add<Args>(
    resource: ResourceClass<Args>,
    name: string,
    args: NoInfer<NonNullable<Args>>,
    options: BuildOptions = {},
  ): Built {
    const { __pulumiType: type } = resource as unknown as { __pulumiType: string };
    return this.custom(type, name, args, options);
  }

  /** A resource that no class of the SDKs stands for. */
  custom(
    type: string,
    name: string,
    args: Readonly<Record<string, unknown>> = {},
    options: BuildOptions = {},
  ): Built {
    const made = new Built(this.name, type, name, args, { region: this.region, ...options });
    this.built.push(made);
    return made;
  }
}

/** Values as they are in that phase; {@link open} where they are not known. */
function resolve(value: unknown, phase: Phase): unknown {
  if (value instanceof Later) return phase === "preview" ? value.inPreview() : value.inState();
  if (Array.isArray(value)) return value.map((each) => resolve(each, phase));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([key, each]) => [key, resolve(each, phase)]),
  );
}

function latersIn(value: unknown): Later[] {
  if (value instanceof Later) return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(latersIn);
}

function holdsOpen(value: unknown): boolean {
  if (value === open) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsOpen);
}

const computedByType = new Map<string, string[]>();

/**
 * Outputs that the AWS provider fills in by itself: a preview does not know them, also those that could
 * have been set. Read from the SDK's declarations: their type does not allow undefined.
 */
function computedOutputs(type: string): string[] {
  const known = computedByType.get(type);
  if (known !== undefined) return known;
  const module = /^aws:([^:]+):/.exec(type)?.[1];
  const found = module === undefined ? [] : requiredOutputs(module);
  computedByType.set(type, found);
  return found;
}

function requiredOutputs(module: string): string[] {
  const folder = dirname(require.resolve("@pulumi/aws/package.json"));
  let declarations: string;
  try {
    declarations = readFileSync(join(folder, `${module}.d.ts`), "utf8");
  } catch {
    return []; // A type of a later version.
  }
  return [...declarations.matchAll(/readonly (\w+): pulumi\.Output<(.+)>;/g)]
    .filter(([, , type = ""]) => !type.endsWith("| undefined"))
    .flatMap(([, name]) => name ?? []);
}
