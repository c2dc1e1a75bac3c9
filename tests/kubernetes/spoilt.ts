import type { Manifest } from "./client.ts";

/** What is spoilt in which manifest, and what the API server says to it. */
export type Spoilt = readonly [
  what: string,
  manifest: Manifest,
  path: string,
  value: unknown,
  words: RegExp,
];

const container = "spec.template.spec.containers.0";

/** One at least for each kind of object that the stacks ask for. */
export function spoiltOnes(find: (kind: string, part?: string) => Manifest): readonly Spoilt[] {
  return [
    [
      "an unknown field of a pod",
      find("Job"),
      "spec.template.spec.hostNetwrk",
      true,
      /\.spec\.template\.spec\.hostNetwrk: field not declared in schema/,
    ],
    [
      "an unknown field of a container",
      find("StatefulSet"),
      `${container}.comand`,
      ["true"],
      /\.comand: field not declared in schema/,
    ],
    [
      "a port that there is not",
      find("Service", "zookeeper"),
      "spec.ports.0.port",
      70_000,
      /spec\.ports\[0\]\.port: Invalid value: 70000: must be between 1 and 65535/,
    ],
    [
      "a text where a number belongs",
      find("StatefulSet"),
      "spec.replicas",
      "three",
      /\.spec\.replicas: expected numeric/,
    ],
    [
      "a schedule that never comes",
      find("CronJob"),
      "spec.schedule",
      "61 * * * *",
      /spec\.schedule: Invalid value: "61 \* \* \* \*": .*61/,
    ],
    [
      "a time zone that there is not",
      find("CronJob"),
      "spec.timeZone",
      "Etc/Nowhere",
      /spec\.timeZone: Invalid value: "Etc\/Nowhere": unknown time zone/,
    ],
    [
      "a Job that starts its pods again for ever",
      find("Job"),
      "spec.template.spec.restartPolicy",
      "Always",
      /spec\.template\.spec\.restartPolicy: .*valid values: "OnFailure", "Never"/,
    ],
    [
      "a selector that finds other pods",
      find("Deployment"),
      "spec.selector.matchLabels",
      { app: "other" },
      /`selector` does not match template `labels`/,
    ],
    [
      "a mount without its volume",
      find("Deployment", "lease"),
      "spec.template.spec.volumes",
      [],
      /volumeMounts\[0\]\.name: Not found/,
    ],
    [
      "an amount of memory in words",
      find("Job"),
      `${container}.resources.requests.memory`,
      "much",
      /quantities must match the regular expression/,
    ],
    [
      "a network policy for a direction that there is not",
      find("NetworkPolicy"),
      "spec.policyTypes",
      ["Inward"],
      /spec\.policyTypes\[0\]: Unsupported value: "Inward"/,
    ],
    [
      "a role for resources of no group",
      find("Role"),
      "rules",
      [{ resources: ["secrets"], verbs: ["get"] }],
      /rules\[0\]\.apiGroups: Required value/,
    ],
    [
      "a namespace that is not there",
      find("ConfigMap"),
      "metadata.namespace",
      "elsewhere",
      /namespaces "elsewhere" not found/,
    ],
    [
      "a field that the operator does not know",
      find("ClickHouseInstallation"),
      "spec.configuration.clusterz",
      [],
      /\.spec\.configuration\.clusterz: field not declared in schema/,
    ],
    [
      "a value that the operator does not know",
      find("ClickHouseInstallation"),
      "spec.defaults.storageManagement.reclaimPolicy",
      "Keep",
      /reclaimPolicy: Unsupported value: "Keep"/,
    ],
    [
      "a number where the operator wants a text",
      find("ClickHouseInstallation"),
      "spec.configuration.zookeeper.nodes.0.host",
      1,
      /zookeeper\.nodes\[0\]\.host: expected string/,
    ],
    [
      "an account that mounts its token in words",
      find("ServiceAccount", "recover-fence"),
      "automountServiceAccountToken",
      "no",
      /automountServiceAccountToken: expected boolean/,
    ],
    [
      "a binding for somebody of no kind that there is",
      find("RoleBinding"),
      "subjects.0.kind",
      "Robot",
      /subjects\[0\]\.kind: Unsupported value: "Robot"/,
    ],
    [
      "a binding that is turned to another role",
      find("ClusterRoleBinding", "clickhouse-operator"),
      "roleRef.name",
      "cluster-admin",
      /roleRef: Invalid value: .*cannot change roleRef/s,
    ],
    [
      "a role for all namespaces that allows no verb",
      find("ClusterRole"),
      "rules.0.verbs",
      [],
      /rules\[0\]\.verbs: Required value/,
    ],
    [
      "a secret's key with a slash",
      find("Secret"),
      "stringData",
      { "a/b": "c" },
      /data\[a\/b\]: Invalid value/,
    ],
    [
      "a level of Pod Security that there is not",
      find("Namespace"),
      "metadata.labels",
      { "pod-security.kubernetes.io/enforce": "sometimes" },
      /pod-security\.kubernetes\.io\/enforce\]?: Invalid value: "sometimes"/,
    ],
    [
      "a storage class that binds at no time that there is",
      find("StorageClass"),
      "volumeBindingMode",
      "Whenever",
      /volumeBindingMode: Unsupported value: "Whenever"/,
    ],
    [
      "a disruption budget in words",
      find("PodDisruptionBudget"),
      "spec.maxUnavailable",
      "some",
      /spec\.maxUnavailable: Invalid value: "some"/,
    ],
    [
      "a definition of a scope that there is not",
      find("CustomResourceDefinition"),
      "spec.scope",
      "Everywhere",
      /spec\.scope: .*"Everywhere"/,
    ],
  ];
}
