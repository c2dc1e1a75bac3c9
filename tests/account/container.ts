import { spawn, type ChildProcess } from "node:child_process";
import { chown, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { loadTools } from "../../setup/tools.mjs";
import { authoritiesInside } from "./enter.ts";
import type { KubernetesObjects, PodTemplate } from "./kubernetes-objects.ts";

export interface PodPlace {
  /** File of the names that are known to it. */
  readonly hosts: string;
  /** Of this pod alone. */
  readonly home: string;
  readonly objects: KubernetesObjects;
  readonly namespace: string;
  /** Labels and uid that its controller gives it. */
  readonly labels: Readonly<Record<string, string>>;
  /** What the agent of EKS Pod Identity puts into it. @default it has no identity */
  readonly identity?: PodIdentity;
}

export interface PodIdentity {
  readonly endpoint: string;
  readonly token: string;
  readonly region: string;
}

const identityFolder = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount";

/**
 * Runs a pod's container as its spec says: command, arguments, environment, mounts, user, a root that cannot be
 * written to. Its image is this machine's libraries and the Node of this project: that a stock image brings more is
 * not needed, and nothing of this project's folder is there.
 */
export async function runContainer(
  template: PodTemplate,
  place: PodPlace,
): Promise<{ readonly child: ChildProcess; readonly hostPath: (path: string) => string }> {
  const { spec } = template;
  const [container] = spec.containers;
  const { runAsUser: user, fsGroup } = spec.securityContext;
  const sources = new Map<string, string>();
  const mounts: string[] = [];
  for (const { name, mountPath, readOnly } of container.volumeMounts ?? []) {
    const volume = spec.volumes?.find((each) => each.name === name);
    if (volume === undefined) throw new Error(`the pod has no volume ${name}`);
    const source = join(place.home, "volumes", name);
    await fill(source, place.objects.volume(place.namespace, volume), user, fsGroup);
    sources.set(mountPath, source);
    mounts.push(source, mountPath, readOnly === true ? "ro" : "rw");
  }
  const { identity } = place;
  if (identity !== undefined) {
    const source = join(place.home, "identity");
    await fill(source, { "eks-pod-identity-token": identity.token }, user, fsGroup);
    mounts.push(source, identityFolder, "ro");
  }
  const environment = {
    // As runc has it for a user whom the image does not name (libcontainer/init_linux.go).
    HOME: "/",
    PATH: "/opt/node/bin:/usr/bin:/bin",
    NODE_EXTRA_CA_CERTS: authoritiesInside,
    ...identityEnvironment(identity),
    ...variables(template, place.labels),
  };
  const root = join(place.home, "root");
  await mkdir(root, { recursive: true });
  const child = spawn(
    "unshare",
    [
      ...["--mount", "--", "/bin/sh", "-ec", start, "sh"],
      ...[root, dirname(dirname(loadTools().node)), `${String(user)}:${String(fsGroup)}`],
      container.securityContext?.readOnlyRootFilesystem === true ? "ro" : "rw",
      place.hosts,
      String(mounts.length / 3),
      ...mounts,
      ...Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      ...container.command,
      ...(container.args ?? []),
    ],
    { stdio: ["ignore", "pipe", "pipe"], env: {} },
  );
  return {
    child,
    hostPath: (path) => {
      const found = [...sources].find(([mountPath]) => path.startsWith(`${mountPath}/`));
      if (found === undefined) throw new Error(`${path} is on no volume`);
      return join(found[1], path.slice(found[0].length));
    },
  };
}

/** A root of its own: libraries of the machine, Node, the pod's mounts. Then the command, as the pod's user. */
const start = `
root=$1 node=$2 user=$3 access=$4 hosts=$5 count=$6; shift 6
mount -t tmpfs -o mode=0755 none "$root"
for part in usr etc dev proc; do mkdir "$root/$part"; mount --rbind "/$part" "$root/$part"; done
for part in bin sbin lib lib64; do
  if [ -L "/$part" ]; then cp -P "/$part" "$root/$part"
  elif [ -d "/$part" ]; then mkdir "$root/$part"; mount --rbind "/$part" "$root/$part"; fi
done
mount --bind "$hosts" "$root/etc/hosts"
mkdir -p "$root/opt/node"; mount --bind "$node" "$root/opt/node"
while [ "$count" -gt 0 ]; do
  mkdir -p "$root$2"; mount --bind "$1" "$root$2"
  if [ "$3" = ro ]; then mount -o remount,bind,ro "$root$2"; fi
  count=$((count - 1)); shift 3
done
if [ "$access" = ro ]; then mount -o remount,ro "$root"; fi
exec chroot --userspec="$user" --groups= "$root" env -i "$@"
`;

async function fill(
  folder: string,
  files: Readonly<Record<string, string>> | undefined,
  user: number,
  group: number,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(files ?? {})) {
    const path = join(folder, name);
    await writeFile(path, content, { mode: 0o440 });
    await chown(path, 0, group);
  }
  if (files === undefined) await chown(folder, user, group);
}

/** https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html */
function identityEnvironment(identity: PodIdentity | undefined): Record<string, string> {
  if (identity === undefined) return {};
  return {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: identity.endpoint,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: `${identityFolder}/eks-pod-identity-token`,
    AWS_REGION: identity.region,
    AWS_DEFAULT_REGION: identity.region,
    AWS_STS_REGIONAL_ENDPOINTS: "regional",
  };
}

function variables(
  { metadata, spec }: PodTemplate,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const labels = { ...metadata?.labels, ...given };
  return Object.fromEntries(
    (spec.containers[0].env ?? []).map(({ name, value, valueFrom }) => {
      if (value !== undefined) return [name, value];
      const label = /^metadata\.labels\['(.+)'\]$/.exec(valueFrom?.fieldRef?.fieldPath ?? "")?.[1];
      const found = label === undefined ? undefined : labels[label];
      if (found === undefined) throw new Error(`nothing says what ${name} is in the pod`);
      return [name, found];
    }),
  );
}
