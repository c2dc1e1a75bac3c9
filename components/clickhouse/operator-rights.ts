/** The operator finds its secret, its service account and itself by this name. */
export const operator = "clickhouse-operator";

const group = "clickhouse.altinity.com";
const keeper = "clickhouse-keeper.altinity.com";
const look = ["get", "list", "watch"];
const manage = [...look, "create", "update", "delete"];

/**
 * What the operator calls in its namespace, by its code at the pinned version; it patches nothing but its own
 * resources.
 */
export const namespaceRules = [
  {
    apiGroups: [""],
    resources: ["configmaps", "services", "persistentvolumeclaims"],
    verbs: manage,
  },
  { apiGroups: [""], resources: ["secrets"], verbs: manage },
  { apiGroups: ["apps"], resources: ["statefulsets"], verbs: manage },
  { apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs: manage },
  { apiGroups: [""], resources: ["pods"], verbs: [...look, "update", "delete"] },
  { apiGroups: [""], resources: ["endpoints"], verbs: look },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: look },
  { apiGroups: [""], resources: ["events"], verbs: ["create"] },
  { apiGroups: ["apps"], resources: ["replicasets"], verbs: ["get", "update"] },
  {
    apiGroups: ["apps"],
    resources: ["deployments"],
    resourceNames: [operator],
    verbs: ["get", "update"],
  },
  {
    apiGroups: [group],
    resources: ["clickhouseinstallations"],
    verbs: [...look, "patch", "update", "delete"],
  },
  {
    apiGroups: [group],
    resources: ["clickhouseinstallationtemplates", "clickhouseoperatorconfigurations"],
    verbs: look,
  },
  {
    apiGroups: [group],
    resources: ["clickhouseinstallations/status", "clickhouseinstallations/finalizers"],
    verbs: ["get", "update", "patch"],
  },
  {
    apiGroups: [keeper],
    resources: ["clickhousekeeperinstallations"],
    verbs: [...look, "patch", "update", "delete"],
  },
  {
    apiGroups: [keeper],
    resources: ["clickhousekeeperinstallations/status", "clickhousekeeperinstallations/finalizers"],
    verbs: ["get", "update", "patch"],
  },
];

/** The one thing beyond its namespace that the operator reads. */
export const definitionRules = [
  {
    apiGroups: ["apiextensions.k8s.io"],
    resources: ["customresourcedefinitions"],
    resourceNames: [`clickhouseinstallations.${group}`],
    verbs: ["get"],
  },
];
