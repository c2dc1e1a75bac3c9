import { z } from "zod";
import { UserError } from "../../scripts/command.ts";
import { textOf } from "../teardown/state.ts";

const pending = z.object({
  deployment: z.object({
    resources: z
      .array(
        z.object({
          urn: z.string(),
          type: z.string(),
          inputs: z.record(z.string(), z.unknown()).default({}),
        }),
      )
      .default([]),
    pending_operations: z
      .array(
        z.object({
          type: z.string(),
          resource: z.object({
            urn: z.string(),
            type: z.string(),
            parent: z.string().optional(),
            provider: z.string().optional(),
            inputs: z.record(z.string(), z.unknown()).default({}),
          }),
        }),
      )
      .default([]),
  }),
});

/** A creation whose end nobody saw: it may have been done or not. */
export interface Unfinished {
  readonly urn: string;
  readonly type: string;
  /** Of its component. */
  readonly parent: string | undefined;
  /** URN of its provider. */
  readonly provider: string | undefined;
  /** Of its provider; undefined for what is none of AWS's. */
  readonly region: string | undefined;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Its id, where that is what it is called; undefined for what AWS gives an id, or an ARN, of its own. */
  readonly id: string | undefined;
}

/**
 * The creations that an `up` had begun when it was killed.
 *
 * @param exported what `pulumi stack export` wrote
 */
export function unfinishedIn(exported: string, where: string): readonly Unfinished[] {
  const parsed = pending.safeParse(JSON.parse(exported));
  if (!parsed.success) {
    throw new UserError(
      `${where} is no state of a stack: "deployment" is not as \`pulumi stack export\` writes it.`,
    );
  }
  const { pending_operations, resources } = parsed.data.deployment;
  const regions = new Map(
    resources
      .filter(({ type }) => type === "pulumi:providers:aws")
      .map(({ urn, inputs }) => [urn, textOf(inputs["region"])]),
  );
  return pending_operations
    .filter(({ type }) => type === "creating")
    .map(({ resource: { urn, type, parent, provider: reference, inputs } }) => {
      const provider = reference?.split("::").slice(0, -1).join("::");
      return {
        urn,
        type,
        parent: parent?.includes("::pulumi:pulumi:Stack::") === true ? undefined : parent,
        provider,
        region: regions.get(provider ?? ""),
        inputs,
        id: idOf(type, inputs),
      };
    });
}

/** Inputs that are the id by which `pulumi import` finds it, in the documentation of each type. */
const byName: Readonly<Record<string, string>> = {
  "aws:cloudwatch/logGroup:LogGroup": "name",
  "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": "ecrRepositoryPrefix",
  "aws:eks/cluster:Cluster": "name",
  "aws:iam/role:Role": "name",
  "aws:kms/alias:Alias": "name",
  "aws:lambda/function:Function": "name",
  "aws:rds/eventSubscription:EventSubscription": "name",
  "aws:rds/instance:Instance": "identifier",
  "aws:s3/bucket:Bucket": "bucket",
  "postgresql:index/database:Database": "name",
  "postgresql:index/role:Role": "name",
};

/** The same of two of them. */
const byNames: Readonly<Record<string, readonly string[]>> = {
  "aws:eks/accessEntry:AccessEntry": ["clusterName", "principalArn"],
  "aws:eks/addon:Addon": ["clusterName", "addonName"],
};

function idOf(type: string, inputs: Readonly<Record<string, unknown>>): string | undefined {
  if (type.startsWith("kubernetes:")) {
    const { namespace, name } = (inputs["metadata"] ?? {}) as Record<string, string | undefined>;
    return namespace === undefined ? name : `${namespace}/${name ?? ""}`;
  }
  const names = byNames[type]?.map((input) => textOf(inputs[input]));
  if (names?.every((name) => name !== undefined) === true) return names.join(":");
  return textOf(inputs[byName[type] ?? ""]);
}

/** Of `pulumi`, to take one into the state as the program has it; no code is made of it. */
export function importOf(
  stack: string,
  { urn, type, parent, provider }: Unfinished,
  id: string,
): readonly string[] {
  const name = urn.split("::").slice(3).join("::");
  return [
    ...["import", "--stack", stack, "--yes", "--skip-preview", "--generate-code=false"],
    ...(parent === undefined ? [] : ["--parent", `parent=${parent}`]),
    ...(provider === undefined ? [] : ["--provider", `provider=${provider}`]),
    ...[type, name, id],
  ];
}
