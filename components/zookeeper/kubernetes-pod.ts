import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { containerSecurity, podSecurity } from "../kubernetes/context.ts";
import { asks, folders, ports } from "./kubernetes-config.ts";

/** User `zookeeper` of the official image (github.com/31z4/zookeeper-docker). */
const user = 1000;

/** Of its memory, what is not the heap: threads, buffers, the page cache of its log. */
const besidesHeapMegabytes = 512;

export interface MemberPodArgs {
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly zones: number;
  readonly heapMegabytes: number;
  /** Names of the ConfigMap and of the Secret. */
  readonly config: pulumi.Input<string>;
  readonly login: pulumi.Input<string>;
  /** Changes with the configuration: members are then restarted, one after another. */
  readonly configHash: pulumi.Input<string>;
  readonly serviceAccount: pulumi.Input<string>;
}

/** A member: alone on its node, zones filled evenly, nothing writable but its data. */
export function memberPod(args: MemberPodArgs): kubernetes.types.input.core.v1.PodTemplateSpec {
  const memory = `${args.heapMegabytes + besidesHeapMegabytes}Mi`;
  return {
    metadata: { labels: args.labels, annotations: { "recover/config": args.configHash } },
    spec: {
      serviceAccountName: args.serviceAccount,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 60,
      securityContext: podSecurity(user),
      ...spread(args),
      containers: [
        {
          name: "zookeeper",
          image: args.image,
          command: ["/bin/bash", `${folders.conf}/start.sh`],
          env: [
            { name: "ZOOCFGDIR", value: folders.run },
            { name: "ZOO_LOG_DIR", value: folders.run },
            { name: "ZK_SERVER_HEAP", value: String(args.heapMegabytes) },
            { name: "JMXDISABLE", value: "true" },
            { name: "SERVER_JVMFLAGS", value: "-XX:+ExitOnOutOfMemoryError" },
          ],
          ports: Object.entries(ports).map(([name, containerPort]) => ({ name, containerPort })),
          resources: { requests: { cpu: "500m", memory }, limits: { memory } },
          securityContext: containerSecurity(),
          terminationMessagePolicy: "FallbackToLogsOnError",
          ...probes,
          volumeMounts: [
            { name: "data", mountPath: folders.data },
            { name: "run", mountPath: folders.run },
            { name: "temporary", mountPath: "/tmp" },
            { name: "conf", mountPath: folders.conf, readOnly: true },
            { name: "login", mountPath: folders.login, readOnly: true },
          ],
        },
      ],
      volumes: [
        { name: "run", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } },
        { name: "temporary", emptyDir: { sizeLimit: "64Mi" } },
        { name: "conf", configMap: { name: args.config } },
        { name: "login", secret: { secretName: args.login, defaultMode: 0o440 } },
      ],
    },
  };
}

/** A zone may be lost with less than half of the members, a node with one. */
function spread({ labels, zones }: MemberPodArgs) {
  const labelSelector = { matchLabels: { ...labels } };
  return {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        minDomains: zones,
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable: "DoNotSchedule",
        labelSelector,
      },
    ],
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: "kubernetes.io/hostname", labelSelector },
        ],
      },
    },
  };
}

/**
 * Ready: it serves, so it has a quorum. Alive: the process answers; a member without a quorum is not
 * restarted for that, as it helps nobody. It may take long to start: it reads its snapshot and log first.
 */
const probes = {
  startupProbe: {
    exec: { command: asks("ruok", "imok") },
    periodSeconds: 5,
    timeoutSeconds: 5,
    failureThreshold: 60,
  },
  readinessProbe: {
    exec: { command: asks("srvr", "^Mode: ") },
    periodSeconds: 5,
    timeoutSeconds: 5,
  },
  livenessProbe: {
    exec: { command: asks("ruok", "imok") },
    periodSeconds: 15,
    timeoutSeconds: 10,
    failureThreshold: 4,
  },
};
