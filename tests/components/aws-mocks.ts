import { awsRegion, type AwsRegion } from "../../components/aws/context.ts";
import { account } from "../standins/answers.ts";
import { dependenciesOf, nameOf, runMocked, signature, unwrap } from "./mocks.ts";

/** One resource as the program asked for it, with those of its options that the tests look at. */
export interface Made {
  readonly type: string;
  readonly name: string;
  /** Secrets unwrapped; unknowns (dry run) are left out. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Names of inputs, at the top level, that were handed over as secrets. */
  readonly secrets: readonly string[];
  /** Logical name of the parent; undefined at the top. */
  readonly parent: string | undefined;
  readonly protect: boolean | undefined;
  readonly retainOnDelete: boolean | undefined;
  readonly ignoreChanges: readonly string[];
  readonly dependsOn: readonly string[];
  /** Logical name of the explicit provider. */
  readonly provider: string | undefined;
}

export interface RecordOptions {
  /** As in a preview: outputs that only the cloud knows are unknown. @default false */
  readonly dryRun?: boolean;
  /** Outputs of single resources beyond the inputs, by type, or by `type name`. */
  readonly outputs?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Answers of invokes by token, for example `aws:index/getAvailabilityZones:getAvailabilityZones`. */
  readonly calls?: Readonly<Record<string, (inputs: Record<string, unknown>) => object>>;
}

export { account };

/** A region as the stacks make one; call it inside the recorded program. */
export function regionOf(name = "eu-central-1", stack = "prod"): AwsRegion {
  return awsRegion(`aws-${name}`, {
    region: name,
    install: "acme",
    stack,
    role: stack === "prod" ? "primary" : "standby",
    accountId: account,
  });
}

/**
 * Runs a program against mocks and gives back every resource and component that it made, in the order
 * of registration. What a mock proves: types, names, inputs, options as asked for. What it does not:
 * that AWS accepts the values, and what children inherit (`protect`): that is read from the real
 * engine's state.
 */
export async function recordAws(
  program: () => unknown,
  { dryRun = false, outputs = {}, calls = {} }: RecordOptions = {},
): Promise<Made[]> {
  const made = new Map<string, Made>();
  await runMocked(program, dryRun, (optionsOf) => ({
    newResource: ({ type, name, inputs, provider, id }) => {
      const opts = optionsOf(type, name);
      made.set(`${type} ${name}`, {
        type,
        name,
        inputs: unwrap(inputs) as Record<string, unknown>,
        secrets: secretNames(inputs as Record<string, unknown>),
        parent: nameOf(opts.parent),
        protect: opts.protect,
        retainOnDelete: opts.retainOnDelete,
        ignoreChanges: opts.ignoreChanges ?? [],
        dependsOn: dependenciesOf(opts.dependsOn),
        provider: providerName(provider),
      });
      const known = dryRun
        ? {}
        : { arn: `arn:aws:mock:${type.split(":")[1]?.split("/")[0] ?? ""}:${name}` };
      return {
        id: dryRun ? "" : (id ?? `${name}-id`) || `${name}-id`,
        state: {
          ...known,
          ...(inputs as object),
          ...outputs[type],
          ...outputs[`${type} ${name}`],
        },
      };
    },
    call: ({ token, inputs }) => calls[token]?.(inputs as Record<string, unknown>) ?? {},
  }));
  return [...made.values()];
}

/** The only resource of a type, or of a type and logical name. @throws Error when there is not just one */
export function only(made: readonly Made[], type: string, name?: string): Made {
  const found = made.filter((each) => each.type === type && (name ?? each.name) === each.name);
  const [first] = found;
  if (first === undefined || found.length > 1) {
    const all = made.map((each) => `${each.type} ${each.name}`).join("\n");
    throw new Error(`${found.length} of ${type} ${name ?? ""} among\n${all}`);
  }
  return first;
}

function secretNames(inputs: Record<string, unknown>): string[] {
  return Object.entries(inputs)
    .filter(([, value]) => typeof value === "object" && value !== null && signature in value)
    .map(([name]) => name);
}

/** `urn:pulumi:test::recover::pulumi:providers:aws::aws-eu-central-1::id` */
function providerName(reference: string | undefined): string | undefined {
  return reference?.split("::").at(-2);
}
