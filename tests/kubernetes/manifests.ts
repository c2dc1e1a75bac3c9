import { loadCrds, type Crd } from "../../components/clickhouse/crds.ts";
import type { AwsSettings } from "../../stacks/settings.ts";
import { recordStack, settingsOf } from "../components/aws-stacks.ts";
import type { Manifest } from "./client.ts";

/** Folder of the operator's published definitions, which are not part of this project. */
const folder = process.env["RECOVER_OPERATOR_DEFINITIONS"];

/** Of the pinned operator; undefined where they are not at hand. */
export const definitions: readonly Crd[] | undefined =
  folder === undefined ? undefined : await loadCrds({ path: folder });

/** The shipped examples: every stack and mode that they have on AWS. */
export const stacks: Readonly<Record<string, () => AwsSettings>> = {
  prod: () => settingsOf("prod"),
  "dr in pilot-light": () => settingsOf("dr", { mode: "pilot-light" }),
  "dr in failover": () => settingsOf("dr"),
};

/**
 * Every object that a stack asks Kubernetes for, with all that the cloud would answer filled in.
 *
 * @throws Error for one that names itself not in full: the provider would make up the rest
 */
export async function manifestsOf(settings: AwsSettings): Promise<readonly Manifest[]> {
  const made = await recordStack(settings, false, definitions);
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

interface PodTemplate {
  readonly metadata?: object;
  readonly spec: { readonly containers: readonly unknown[]; readonly volumes?: readonly object[] };
}

interface ClaimTemplate {
  readonly name?: string;
  readonly metadata?: { readonly name?: string };
  readonly spec: object;
}

/**
 * What a controller, or the operator, makes of a manifest's templates: pods, claims, services. The API server
 * looks into few of these templates itself, and admission refuses pods, not what they come from.
 */
export function madeOf(manifest: Manifest): Manifest[] {
  const { namespace = "" } = manifest.metadata;
  const name = `${manifest.metadata.name}-0`;
  const claims = named<ClaimTemplate>(manifest, "volumeClaimTemplates");
  const claimName = (claim: ClaimTemplate) => claim.metadata?.name ?? claim.name ?? "";
  const volumes = claims.map((claim) => ({
    name: claimName(claim),
    persistentVolumeClaim: { claimName: `${claimName(claim)}-${name}` },
  }));
  return [
    ...podTemplatesOf(manifest).map(({ metadata, spec }) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { ...metadata, name, namespace },
      spec: { ...spec, volumes: [...(spec.volumes ?? []), ...volumes] },
    })),
    ...claims.map((claim) => ({
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { ...claim.metadata, name: `${claimName(claim)}-${name}`, namespace },
      spec: claim.spec,
    })),
    ...named<{ readonly spec: object }>(manifest, "serviceTemplates").map(({ spec }) => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace },
      spec,
    })),
  ];
}

/** Whatever has containers, wherever it is: no kind of workload is forgotten. */
function podTemplatesOf(value: unknown): PodTemplate[] {
  if (typeof value !== "object" || value === null) return [];
  const { spec } = value as { spec?: { containers?: unknown } };
  if (Array.isArray(spec?.containers)) return [value as PodTemplate];
  return Object.values(value).flatMap(podTemplatesOf);
}

/** The elements of every list of this name. */
function named<Element>(value: unknown, key: string): Element[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    name === key && Array.isArray(each) ? (each as Element[]) : named<Element>(each, key),
  );
}
