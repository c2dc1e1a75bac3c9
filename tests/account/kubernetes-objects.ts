import type { Hosts, Region } from "./regions.ts";
import type { Told } from "./world.ts";

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly uid?: string;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly EnvVar[];
  readonly volumeMounts?: readonly VolumeMount[];
  readonly securityContext?: { readonly readOnlyRootFilesystem?: boolean };
}

export interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath: string } };
}

export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
}

export interface Volume {
  readonly name: string;
  readonly secret?: { readonly secretName: string; readonly defaultMode?: number };
  readonly configMap?: { readonly name: string };
  readonly emptyDir?: object;
}

export interface PodTemplate {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly serviceAccountName: string;
    readonly terminationGracePeriodSeconds?: number;
    readonly securityContext: { readonly runAsUser: number; readonly fsGroup: number };
    readonly containers: readonly [Container, ...Container[]];
    readonly volumes?: readonly Volume[];
  };
}

/** One cluster, for what runs in it. */
export interface ClusterPlace {
  readonly region: Region;
  /** Names that are known inside of it. */
  readonly hosts: Hosts;
  readonly objects: KubernetesObjects;
}

interface Data {
  readonly metadata: Metadata;
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
}

/** What pods of one cluster mount: its ConfigMaps and Secrets, as the API server would keep them. */
export class KubernetesObjects {
  readonly #files = new Map<string, Readonly<Record<string, string>>>();

  keep({ type, method, inputs }: Told): void {
    const { metadata, data = {}, stringData = {} } = inputs as unknown as Data;
    const kind = type.split(":").at(-1) ?? "";
    const place = placeOf(kind, metadata.namespace ?? "default", metadata.name);
    if (method === "delete") return;
    const decoded =
      kind === "Secret"
        ? Object.fromEntries(
            Object.entries(data).map(([key, value]) => [
              key,
              Buffer.from(value, "base64").toString(),
            ]),
          )
        : data;
    this.#files.set(place, { ...decoded, ...stringData });
  }

  /** Files of every Secret, by name. */
  secrets(): (readonly [name: string, content: string])[] {
    return [...this.#files]
      .filter(([place]) => place.startsWith("Secret "))
      .flatMap(([, files]) => Object.entries(files));
  }

  /** @throws Error when there is none of that name: the pod would never start */
  dataOf(namespace: string, kind: "Secret" | "ConfigMap", name: string) {
    const found = this.#files.get(placeOf(kind, namespace, name));
    if (found === undefined) throw new Error(`there is no ${kind} ${namespace}/${name}`);
    return found;
  }

  /** Files that a volume brings; none of one that is empty at first. */
  volume(namespace: string, { name, secret, configMap, emptyDir }: Volume) {
    if (secret !== undefined) return this.dataOf(namespace, "Secret", secret.secretName);
    if (configMap !== undefined) return this.dataOf(namespace, "ConfigMap", configMap.name);
    if (emptyDir !== undefined) return undefined;
    throw new Error(`the volume ${name} is of a kind that no pod of ours has`);
  }

  /** Reads a file of a pod's first container by the path that it has there. */
  filesOf(namespace: string, { spec }: PodTemplate): (path: string) => string {
    return (path) => {
      for (const { name, mountPath } of spec.containers[0].volumeMounts ?? []) {
        if (!path.startsWith(`${mountPath}/`)) continue;
        const volume = spec.volumes?.find((each) => each.name === name);
        const files = volume === undefined ? undefined : this.volume(namespace, volume);
        const found = files?.[path.slice(mountPath.length + 1)];
        if (found !== undefined) return found;
      }
      throw new Error(`no volume of the pod brings ${path}`);
    };
  }
}

const placeOf = (kind: string, namespace: string, name: string) => `${kind} ${namespace}/${name}`;
