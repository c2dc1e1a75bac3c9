import { z } from "zod";
import { BadInput, explain } from "../settings/index.ts";
import type { ProviderFacts, ResourceFacts } from "./resource.ts";
import type { StackFacts } from "./stack.ts";
import { unknown, type Branch, type Tree } from "./value.ts";

const properties = z.record(z.string(), z.unknown());

const resourceSchema = z.looseObject({
  urn: z.string().startsWith("urn:pulumi:"),
  type: z.string(),
  id: z.string().optional(),
  inputs: properties.optional(),
  outputs: properties.optional(),
  protect: z.boolean().optional(),
  external: z.boolean().optional(),
  delete: z.boolean().optional(),
  retainOnDelete: z.boolean().optional(),
  ignoreChanges: z.array(z.string()).nullish(),
  propertyDependencies: z.record(z.string(), z.array(z.string()).nullable()).nullish(),
  provider: z.string().optional(),
});
type RawResource = z.output<typeof resourceSchema>;

/** Of `pulumi stack export`: https://www.pulumi.com/docs/iac/cli/commands/pulumi_stack_export/ */
const stateSchema = z.looseObject({
  version: z.number(),
  deployment: z.looseObject({
    resources: z.array(resourceSchema).nullish(),
    secrets_providers: z
      .looseObject({ type: z.string(), state: z.looseObject({ url: z.string().optional() }) })
      .nullish(),
  }),
});

/** Of `pulumi preview --json`. */
const previewSchema = z.looseObject({
  config: z.record(z.string(), z.unknown()).nullish(),
  steps: z.array(
    z.looseObject({
      op: z.string(),
      urn: z.string(),
      newState: resourceSchema.optional(),
    }),
  ),
});

/** Layout of exported state that this reads; the engine has had no other since 2018. */
const stateVersions = [3, 4];

/**
 * @param text content of a file that `pulumi stack export` wrote
 * @throws BadInput when it is none
 */
export function readState(text: string, file: string): StackFacts {
  const raw = parseJson(text, file);
  const parsed = stateSchema.safeParse(raw);
  if (!parsed.success) {
    throw new BadInput(
      `${file} is no exported state (${firstIssue(parsed.error)}). ` +
        "Write one with `pulumi stack export --file FILE`.",
    );
  }
  const { version, deployment } = parsed.data;
  if (!stateVersions.includes(version)) {
    throw new BadInput(
      `${file} has the state layout ${version}, this pack reads ${stateVersions.join(" and ")}: ` +
        "it was written by another generation of Pulumi.",
    );
  }
  const provider = deployment.secrets_providers;
  return {
    source: "state",
    resources: toFacts(deployment.resources ?? []),
    secretsProvider: provider ? { type: provider.type, url: provider.state.url } : undefined,
  };
}

/** Steps after which the state that they tell is not there. */
const gone = new Set(["delete", "delete-replaced", "discard", "discard-replaced", "read-discard"]);

/**
 * @param text content of a file that `pulumi preview --json` wrote
 * @throws BadInput when it is none
 */
export function readPreview(text: string, file: string): StackFacts {
  const raw = parseJson(text, file);
  const parsed = previewSchema.safeParse(raw);
  if (!parsed.success) {
    throw new BadInput(
      `${file} is no saved preview (${firstIssue(parsed.error)}). ` +
        "Write one with `pulumi preview --json --show-sames > FILE`.",
    );
  }
  const last = new Map<string, RawResource>();
  for (const { op, newState } of parsed.data.steps) {
    if (!gone.has(op) && newState !== undefined) last.set(newState.urn, newState);
  }
  return {
    source: "preview",
    resources: toFacts([...last.values()]),
    config: parsed.data.config ?? undefined,
  };
}

function toFacts(all: readonly RawResource[]): ResourceFacts[] {
  // What is only waiting to be deleted is no part of the stack.
  const resources = all.filter((each) => each.delete !== true);
  const byUrn = new Map(resources.map((each) => [each.urn, each]));
  return resources.map((each) => {
    const { id = "", inputs, retainOnDelete, external } = each;
    return {
      urn: each.urn,
      type: each.type,
      name: each.urn.split("::").slice(3).join("::"),
      outputs: branch(each.outputs ?? {}),
      protect: each.protect ?? false,
      propertyDependencies: Object.fromEntries(
        Object.entries(each.propertyDependencies ?? {}).map(([key, urns]) => [key, urns ?? []]),
      ),
      inputs: inputs && branch(inputs),
      id: id === "" || isSentinel(id) ? undefined : id,
      retainOnDelete,
      ignoreChanges: each.ignoreChanges ?? undefined,
      external,
      provider: providerOf(each, byUrn),
    };
  });
}

/** A reference is `URN::ID` of the provider's resource. */
function providerOf(
  { provider }: RawResource,
  byUrn: ReadonlyMap<string, RawResource>,
): ProviderFacts | undefined {
  if (provider === undefined || provider === "") return undefined;
  const urn = provider.slice(0, provider.lastIndexOf("::"));
  const { inputs = {}, outputs = {} } = byUrn.get(urn) ?? {};
  const name = urn.split("::").at(-1) ?? urn;
  return { name, properties: branch({ ...inputs, ...outputs }) };
}

function branch(values: Readonly<Record<string, unknown>>): Branch {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, tree(value)]));
}

/** Marks of the engine's JSON: what a secret, and what an unknown value looks like. */
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const sentinels = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** How a preview writes a secret that was not asked for with `--show-secrets`. */
const hidden = "[secret]";

function isSentinel(value: string): boolean {
  return sentinels.has(value);
}

function tree(value: unknown): Tree {
  if (typeof value === "string") return isSentinel(value) || value === hidden ? unknown : value;
  if (Array.isArray(value)) return value.map(tree);
  if (typeof value !== "object" || value === null) return value as Tree;
  const fields = value as Readonly<Record<string, unknown>>;
  const mark = fields[signature];
  if (mark === secretSignature) {
    const { plaintext } = fields;
    return typeof plaintext === "string" ? tree(parsePlain(plaintext)) : unknown;
  }
  if (mark === outputSignature) return "value" in fields ? tree(fields["value"]) : unknown;
  // Assets, archives, references to resources: nothing in them is judged.
  if (typeof mark === "string") return {};
  return branch(fields);
}

function parsePlain(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadInput(`${file} is not JSON: ${(error as Error).message}`);
  }
}

function firstIssue({ issues }: z.ZodError): string {
  return explain(issues.slice(0, 1));
}
