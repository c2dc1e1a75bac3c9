import { emptyDefinition, loadCrds, needed, type Crd } from "../../components/clickhouse/crds.ts";
import type { AwsSettings } from "../../stacks/settings.ts";
import { recordStack, settingsOf } from "../components/aws-stacks.ts";
import type { Manifest } from "./client.ts";

/** Folder of the operator's published definitions, which are not part of this project. */
const folder = process.env["RECOVER_OPERATOR_DEFINITIONS"];

/** Of the pinned operator; undefined where they are not at hand. */
export const definitions: readonly Crd[] | undefined =
  folder === undefined ? undefined : await loadCrds({ path: folder });

const dr = (mode: AwsSettings["mode"]) => () => settingsOf("dr", { mode });

/** A mode that is missing here is an error of types. */
const modes: Readonly<Record<AwsSettings["mode"], () => AwsSettings>> = {
  "pilot-light": dr("pilot-light"),
  failover: dr("failover"),
  drill: dr("drill"),
  reprotect: dr("reprotect"),
};

/** The shipped examples: every stack and mode that they have on AWS. */
export const stacks: Readonly<Record<string, () => AwsSettings>> = {
  prod: () => settingsOf("prod"),
  ...Object.fromEntries(
    Object.entries(modes).map(([mode, settings]) => [`dr in ${mode}`, settings]),
  ),
};

/** Stand where they are not at hand, one for each, so that each is counted among what was skipped. */
const empty = needed.map((name) => ({
  ...emptyDefinition,
  metadata: { ...emptyDefinition.metadata, name },
}));

/**
 * Every object that a stack asks Kubernetes for, with all that the cloud would answer filled in.
 *
 * @throws Error for one that names itself not in full: the provider would make up the rest
 */
export async function manifestsOf(settings: AwsSettings): Promise<readonly Manifest[]> {
  const made = await recordStack(settings, false, definitions ?? empty);
  return made
    .filter(({ type }) => type.startsWith("kubernetes:"))
    .map(({ type, name, inputs }) => {
      const { apiVersion, kind, metadata } = inputs as Partial<Manifest>;
      if (apiVersion === undefined || kind === undefined || metadata?.name === undefined) {
        throw new Error(`${type} ${name} has no apiVersion, no kind or no name`);
      }
      return { ...inputs, apiVersion, kind, metadata };
    });
}

/** Why a manifest cannot be checked on this machine, to stand behind a test's name; empty when it can. */
export function skipped({ apiVersion, kind }: Manifest): string {
  const needs = kind === "CustomResourceDefinition" || apiVersion.startsWith("clickhouse.");
  return needs && definitions === undefined
    ? " (skipped: RECOVER_OPERATOR_DEFINITIONS must name a folder that has the operator's definitions)"
    : "";
}

export const label = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.name}`;

/** What must really be there before others are checked: where they are, what they are, who pods run as. */
const foundations = [
  "Namespace",
  "CustomResourceDefinition",
  "ServiceAccount",
  "Role",
  "ClusterRole",
  "RoleBinding",
  "ClusterRoleBinding",
];

/** In the order in which they can be made. */
export function foundationsOf(manifests: readonly Manifest[]): Manifest[] {
  return foundations.flatMap((kind) =>
    manifests.filter((each) => each.kind === kind && skipped(each) === ""),
  );
}
