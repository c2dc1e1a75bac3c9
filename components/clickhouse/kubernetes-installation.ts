import { reachLabels } from "../kubernetes/context.ts";
import {
  kafkaFolder,
  ports,
  profilesFor,
  secretKeys,
  serverFiles,
  users,
  type SecretVariable,
  type ServerFiles,
} from "./kubernetes-config.ts";

/** Of the operator's resource; also part of every host's name. */
export const clusterName = "main";

/** User and group `clickhouse` of the official image. */
const user = 101;

export interface InstallationArgs extends ServerFiles {
  readonly image: string;
  readonly shards: number;
  readonly replicas: number;
  readonly zones: readonly string[];
  readonly storageClass: string;
  readonly storage: string;
  readonly cpu: string;
  readonly memory: string;
  readonly zookeeper: readonly { readonly host: string; readonly port: number }[];
  /** From where `admin` and `reader` may log in. */
  readonly networks: readonly string[];
  readonly secret: string;
  readonly serviceAccount: string;
}

/** An installation's `spec`, as the API server gets it (clickhouse.altinity.com/v1). */
export interface InstallationSpec {
  [key: string]: unknown;
}

/**
 * The operator's resource: shards of replicas, replicas of a shard in different zones, settings in files,
 * volumes that stay. It makes no table: whatever can consume is made by the recovery graph alone.
 */
export function installationSpec(args: InstallationArgs): InstallationSpec {
  const zones = args.zones.slice(0, args.replicas);
  return {
    defaults: {
      storageManagement: { reclaimPolicy: "Retain" },
      templates: { dataVolumeClaimTemplate: "data", serviceTemplate: "service" },
    },
    reconcile: {
      // What the operator does not know (any more) may be somebody's data.
      cleanup: {
        unknownObjects: { pvc: "Retain" },
        reconcileFailedObjects: { pvc: "Retain", statefulSet: "Retain" },
      },
    },
    configuration: {
      zookeeper: { nodes: args.zookeeper.map(({ host, port }) => ({ host, port })) },
      users: users(args.networks, args.secret),
      profiles: profilesFor(args),
      files: serverFiles(args),
      clusters: [
        {
          name: clusterName,
          // Replicas trust each other by it instead of by a user without a password.
          secret: { valueFrom: { secretKeyRef: { name: args.secret, key: "cluster-secret" } } },
          pdbManaged: "yes",
          pdbMaxUnavailable: 1,
          layout: {
            shards: Array.from({ length: args.shards }, () => ({
              replicas: zones.map((_, index) => ({ templates: { podTemplate: zoneName(index) } })),
            })),
          },
        },
      ],
    },
    templates: {
      podTemplates: zones.map((zone, index) => podTemplate(args, zone, zoneName(index))),
      volumeClaimTemplates: [
        {
          name: "data",
          reclaimPolicy: "Retain",
          spec: {
            accessModes: ["ReadWriteOnce"],
            storageClassName: args.storageClass,
            resources: { requests: { storage: args.storage } },
          },
        },
      ],
      serviceTemplates: [
        {
          name: "service",
          generateName: "clickhouse-{chi}",
          // The operator's default has been a load balancer.
          spec: {
            type: "ClusterIP",
            ports: [
              { name: "http", port: ports.http },
              { name: "tcp", port: ports.tcp },
            ],
          },
        },
      ],
    },
  };
}

function zoneName(index: number): string {
  return `zone-${index + 1}`;
}

/** The root file system stays writable: the operator and the image's entry point use it. */
function podTemplate(args: InstallationArgs, zone: string, name: string) {
  const certificates = args.kafka === "certificate";
  return {
    name,
    zone: { key: "topology.kubernetes.io/zone", values: [zone] },
    podDistribution: [{ type: "ClickHouseAntiAffinity", scope: "ClickHouseInstallation" }],
    metadata: { labels: { "app.kubernetes.io/part-of": "recover", ...reachLabels(["zookeeper"]) } },
    spec: {
      serviceAccountName: args.serviceAccount,
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 60,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: user,
        runAsGroup: user,
        fsGroup: user,
        fsGroupChangePolicy: "OnRootMismatch",
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [
        {
          name: "clickhouse",
          image: args.image,
          env: variables(args).map((variable) => ({
            name: variable,
            valueFrom: { secretKeyRef: { name: args.secret, key: secretKeys[variable] } },
          })),
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          resources: {
            requests: { cpu: args.cpu, memory: args.memory },
            limits: { memory: args.memory },
          },
          ...(certificates
            ? { volumeMounts: [{ name: "kafka", mountPath: kafkaFolder, readOnly: true }] }
            : {}),
        },
      ],
      ...(certificates
        ? {
            volumes: [
              {
                name: "kafka",
                secret: {
                  secretName: args.secret,
                  defaultMode: 0o440,
                  items: ["ca.pem", "certificate.pem", "key.pem"].map((key) => ({
                    key: `kafka-${key}`,
                    path: key,
                  })),
                },
              },
            ],
          }
        : {}),
    },
  };
}

function variables({ kafka, vaultLogin }: InstallationArgs): SecretVariable[] {
  return [
    "CLICKHOUSE_ZOOKEEPER_IDENTITY",
    ...(kafka === "scram"
      ? (["CLICKHOUSE_KAFKA_USERNAME", "CLICKHOUSE_KAFKA_PASSWORD"] as const)
      : []),
    ...(vaultLogin === "keys"
      ? (["CLICKHOUSE_VAULT_ACCESS_KEY_ID", "CLICKHOUSE_VAULT_SECRET_ACCESS_KEY"] as const)
      : []),
  ];
}
