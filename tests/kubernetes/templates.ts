import type { Manifest } from "./client.ts";

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
