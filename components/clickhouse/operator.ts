import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { transformed, type Transform } from "../aws/transform.ts";
import type { ImageSource } from "../eks/images.ts";
import type { Crd } from "./crds.ts";
import { definitionRules, namespaceRules, operator } from "./operator-rights.ts";
import { operatorVersion } from "./operator-version.ts";

export interface InstallOperator {
  /** Read and checked by `loadCrds` before the program begins. */
  readonly crds: readonly Crd[];
  readonly images: ImageSource;
  /** Of the operator's own ClickHouse user, which reads the state of every server. */
  readonly password: pulumi.Input<string>;
  /**
   * Without nodes there is nothing to run on: the deployment then has no pod, and `up` does not wait for one.
   * @default true
   */
  readonly running?: boolean;
}

export interface ClickHouseOperatorArgs {
  /** Of the cluster. */
  readonly provider: kubernetes.Provider;
  /** Where the operator and all that it looks after are; it sees no other namespace. */
  readonly namespace: pulumi.Input<string>;
  /**
   * The operator of the pinned version, or one that is there and watches the namespace; of that one nothing is
   * changed, and its definitions must know the fields of the pinned version.
   */
  readonly source: { readonly install: InstallOperator } | { readonly existing: true };
  /** Last word on the deployment's arguments. @default none */
  readonly transform?: {
    readonly deployment?: Transform<kubernetes.apps.v1.DeploymentArgs>;
  };
}

/**
 * Altinity's operator for ClickHouse, in one namespace and with rights there alone.
 * https://github.com/Altinity/clickhouse-operator/tree/release-0.25.6
 *
 * @remarks Recovery: the definitions outlive the stack, since deleting one deletes every ClickHouse cluster
 * made by it. In a pilot light all of it is there but the pod.
 */
export class ClickHouseOperator extends pulumi.ComponentResource {
  /** What must be there before a ClickHouseInstallation. */
  readonly ready: readonly pulumi.Resource[];
  private readonly name: string;
  private readonly args: ClickHouseOperatorArgs;

  constructor(name: string, args: ClickHouseOperatorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:clickhouse:ClickHouseOperator", name, {}, opts);
    this.name = name;
    this.args = args;
    if ("existing" in args.source) {
      this.ready = [];
    } else {
      const { crds, images, password, running = true } = args.source.install;
      const definitions = this.definitions(crds);
      const account = this.account();
      const rights = [...this.rightsInNamespace(account), ...this.rightsBeyond(account)];
      const login = this.login(password);
      const deployment = this.deployment(images, running, [...definitions, ...rights, login]);
      this.metrics();
      this.ready = [...definitions, deployment];
    }
    this.registerOutputs({ ready: this.ready });
  }

  private get child(): pulumi.CustomResourceOptions {
    return { parent: this, provider: this.args.provider };
  }

  private get metadata(): { name: string; namespace: pulumi.Input<string> } {
    return { name: operator, namespace: this.args.namespace };
  }

  private definitions(crds: readonly Crd[]): pulumi.Resource[] {
    return crds.map(
      (crd) =>
        new kubernetes.apiextensions.v1.CustomResourceDefinition(
          `${this.name}-${crd.metadata.name.split(".")[0] ?? ""}`,
          {
            metadata: { name: crd.metadata.name, labels: { ...crd.metadata.labels } },
            spec: crd.spec as unknown as kubernetes.types.input.apiextensions.v1.CustomResourceDefinitionSpec,
          },
          { ...this.child, protect: true, retainOnDelete: true },
        ),
    );
  }

  private account(): kubernetes.core.v1.ServiceAccount {
    return new kubernetes.core.v1.ServiceAccount(
      `${this.name}-account`,
      { metadata: this.metadata },
      this.child,
    );
  }

  private rightsInNamespace(account: kubernetes.core.v1.ServiceAccount): pulumi.Resource[] {
    const role = new kubernetes.rbac.v1.Role(
      `${this.name}-role`,
      { metadata: this.metadata, rules: namespaceRules },
      this.child,
    );
    const binding = new kubernetes.rbac.v1.RoleBinding(
      `${this.name}-binding`,
      {
        metadata: this.metadata,
        roleRef: { apiGroup: rbac, kind: "Role", name: role.metadata.name },
        subjects: [this.subject(account)],
      },
      this.child,
    );
    return [role, binding];
  }

  /**
   * Before it deletes a cluster's data, the operator looks whether the definition itself is being deleted.
   * Named by namespace: two installs in one cluster do not take each other's.
   */
  private rightsBeyond(account: kubernetes.core.v1.ServiceAccount): pulumi.Resource[] {
    const name = pulumi.interpolate`${this.args.namespace}-${operator}`;
    const role = new kubernetes.rbac.v1.ClusterRole(
      `${this.name}-definitions-role`,
      {
        metadata: { name },
        rules: definitionRules,
      },
      this.child,
    );
    const binding = new kubernetes.rbac.v1.ClusterRoleBinding(
      `${this.name}-definitions-binding`,
      {
        metadata: { name },
        roleRef: { apiGroup: rbac, kind: "ClusterRole", name: role.metadata.name },
        subjects: [this.subject(account)],
      },
      this.child,
    );
    return [role, binding];
  }

  private subject(account: kubernetes.core.v1.ServiceAccount) {
    return {
      kind: "ServiceAccount",
      name: account.metadata.name,
      namespace: this.args.namespace,
    };
  }

  private login(password: pulumi.Input<string>): kubernetes.core.v1.Secret {
    return new kubernetes.core.v1.Secret(
      `${this.name}-login`,
      {
        metadata: this.metadata,
        stringData: { username: "clickhouse_operator", password },
      },
      this.child,
    );
  }

  private deployment(
    images: ImageSource,
    running: boolean,
    after: readonly pulumi.Resource[],
  ): kubernetes.apps.v1.Deployment {
    const labels = { app: operator };
    const container = (name: string, image: "operator" | "operatorMetrics", port: number) => ({
      name,
      image: images(image),
      env: environment(this.args.namespace),
      ports: [{ name: port === 8888 ? "ch-metrics" : "op-metrics", containerPort: port }],
      resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "512Mi" } },
      securityContext: {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
      },
    });
    return new kubernetes.apps.v1.Deployment(
      `${this.name}-deployment`,
      transformed(this.args.transform?.deployment, {
        metadata: {
          ...this.metadata,
          labels: { ...labels, "app.kubernetes.io/version": operatorVersion },
          annotations: running ? {} : { "pulumi.com/skipAwait": "true" },
        },
        spec: {
          replicas: running ? 1 : 0,
          // Two operators at once would undo each other's work.
          strategy: { type: "Recreate" },
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: {
              serviceAccountName: operator,
              // The images name their user, `nobody`; Kubernetes checks a number.
              securityContext: {
                runAsNonRoot: true,
                runAsUser: 65534,
                seccompProfile: { type: "RuntimeDefault" },
              },
              containers: [
                container(operator, "operator", 9999),
                container("metrics-exporter", "operatorMetrics", 8888),
              ],
            },
          },
        },
      }),
      { ...this.child, dependsOn: [...after] },
    );
  }

  private metrics(): void {
    new kubernetes.core.v1.Service(
      `${this.name}-metrics`,
      {
        metadata: { ...this.metadata, name: `${operator}-metrics` },
        spec: {
          selector: { app: operator },
          ports: [
            { name: "ch-metrics", port: 8888 },
            { name: "op-metrics", port: 9999 },
          ],
        },
      },
      this.child,
    );
  }
}

const rbac = "rbac.authorization.k8s.io";

/** Who the operator is, and the one namespace that it watches. */
function environment(namespace: pulumi.Input<string>) {
  const field = (name: string, fieldPath: string) => ({
    name,
    valueFrom: { fieldRef: { fieldPath } },
  });
  return [
    field("OPERATOR_POD_NODE_NAME", "spec.nodeName"),
    field("OPERATOR_POD_NAME", "metadata.name"),
    field("OPERATOR_POD_NAMESPACE", "metadata.namespace"),
    field("OPERATOR_POD_IP", "status.podIP"),
    field("OPERATOR_POD_SERVICE_ACCOUNT", "spec.serviceAccountName"),
    { name: "WATCH_NAMESPACE", value: namespace },
  ];
}
