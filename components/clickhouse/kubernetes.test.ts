import { beforeAll, describe, expect, test } from "vitest";
import { only, type Made } from "../../tests/components/aws-mocks.ts";
import { at, clusterOf, image, refusal, strays } from "../../tests/components/kubernetes.ts";
import { given, nodes, record } from "./fixture.ts";
import { KubernetesClickHouse, type KubernetesClickHouseArgs } from "./kubernetes.ts";

const type = "kubernetes:clickhouse.altinity.com/v1:ClickHouseInstallation";
const secretType = "kubernetes:core/v1:Secret";

describe("ClickHouse on Kubernetes", () => {
  let made: Made[];
  let installation: Made;
  const spec = (path: string) => at(installation, `spec.${path}`);
  beforeAll(async () => {
    ({ made } = await record({
      clientsFrom: [{ podSelector: { matchLabels: { app: "posthog" } } }],
      metricsFrom: [{ namespaceSelector: { matchLabels: { name: "monitoring" } } }],
    }));
    installation = only(made, type);
  });

  test("has a replica of each shard in each of two zones, one a node", () => {
    expect(spec("configuration.clusters.0.layout")).toEqual({
      shards: [
        {
          replicas: [
            { templates: { podTemplate: "zone-1" } },
            { templates: { podTemplate: "zone-2" } },
          ],
        },
      ],
    });
    const templates = spec("templates.podTemplates") as Record<string, unknown>[];
    expect(templates.map(({ name, zone }) => [name, zone])).toEqual([
      ["zone-1", { key: "topology.kubernetes.io/zone", values: ["eu-central-1a"] }],
      ["zone-2", { key: "topology.kubernetes.io/zone", values: ["eu-central-1b"] }],
    ]);
    for (const template of templates) {
      expect(template["podDistribution"]).toEqual([
        { type: "ClickHouseAntiAffinity", scope: "ClickHouseInstallation" },
      ]);
    }
  });

  test("loses one replica on purpose at a time", () => {
    expect(spec("configuration.clusters.0")).toMatchObject({
      pdbManaged: "yes",
      pdbMaxUnavailable: 1,
    });
  });

  test("keeps its volumes, and itself", () => {
    expect(spec("defaults.storageManagement")).toEqual({ reclaimPolicy: "Retain" });
    expect(spec("defaults.templates.dataVolumeClaimTemplate")).toBe("data");
    expect(spec("templates.volumeClaimTemplates.0")).toMatchObject({
      name: "data",
      reclaimPolicy: "Retain",
      spec: { storageClassName: "recover-gp3", resources: { requests: { storage: "200Gi" } } },
    });
    expect(spec("reconcile.cleanup.unknownObjects.pvc")).toBe("Retain");
    expect(installation.protect).toBe(true);
  });

  test("is done when the operator is, so that steps find servers", () => {
    expect(at(installation, "metadata.annotations")).toEqual({
      "pulumi.com/waitFor": "jsonpath={.status.status}=Completed",
    });
  });

  test("makes nothing that consumes: that is for the recovery graph alone", () => {
    const text = JSON.stringify(installation.inputs);
    expect(text).not.toMatch(/CREATE |kafka_broker_list|kafka_topic_list|startup_scripts/i);
    expect(spec("configuration.files")).not.toHaveProperty("config.d/startup.xml");
  });

  test("knows the ensemble, and owns its znodes", () => {
    expect(spec("configuration.zookeeper")).toEqual({ nodes });
    const files = spec("configuration.files") as Record<string, string>;
    expect(files["config.d/20-zookeeper.xml"]).toContain(
      '<identity from_env="CLICKHOUSE_ZOOKEEPER_IDENTITY"/>',
    );
    const labels = spec("templates.podTemplates.0.metadata.labels");
    expect(labels).toMatchObject({ "recover/reaches-zookeeper": "true" });
  });

  test("has every credential in one Secret, and in no manifest", () => {
    const secret = only(made, secretType);
    const data = at(secret, "stringData") as Record<string, string>;
    expect(Object.keys(data).sort()).toEqual([
      "admin-password-sha256",
      "cluster-secret",
      "kafka-password",
      "kafka-username",
      "reader-password-sha256",
      "vault-access-key-id",
      "vault-secret-access-key",
      "zookeeper-identity",
    ]);
    expect(data["admin-password-sha256"]).toMatch(/^[0-9a-f]{64}$/);
    expect(secret.secrets).toContain("stringData");
    expect(secret.inputs["immutable"]).toBe(true);
    const others = JSON.stringify(made.filter((each) => each !== secret));
    for (const canary of ["canary-zookeeper", "canary-vault", "canary-kafka", "value-of-a-key"]) {
      expect(others).not.toContain(canary);
    }
    const env = spec("templates.podTemplates.0.spec.containers.0.env") as {
      valueFrom: { secretKeyRef: { name: string; key: string } };
    }[];
    expect(env).toHaveLength(5);
    for (const { valueFrom } of env) {
      expect(valueFrom.secretKeyRef.name).toBe(at(secret, "metadata.name"));
      expect(data).toHaveProperty(valueFrom.secretKeyRef.key);
    }
  });

  test("logs in to Kafka as the epoch in force, and as nobody else", async () => {
    const names = async (username: string) => {
      const { made: each } = await record({
        kafka: { kind: "scram", username, password: "canary-kafka" },
      });
      expect(JSON.stringify(each).match(/"clickhouse-e\d+"/g)).toEqual([`"${username}"`]);
      return at(only(each, secretType), "metadata.name");
    };
    // Another epoch is another Secret: the servers are restarted with it.
    expect(await names("clickhouse-e7")).toBe(at(only(made, secretType), "metadata.name"));
    expect(await names("clickhouse-e8")).not.toBe(await names("clickhouse-e7"));
  });

  test("has two users from known networks, and none without a password", () => {
    const users = spec("configuration.users") as Record<string, unknown>;
    expect(users).toMatchObject({
      "admin/networks/ip": ["10.0.0.0/16"],
      "reader/networks/ip": ["10.0.0.0/16"],
      "reader/profile": "reader",
      "reader/grants/query": ["GRANT SELECT ON posthog.*"],
    });
    expect(users["admin/password_sha256_hex"]).toEqual({
      valueFrom: {
        secretKeyRef: {
          name: at(only(made, secretType), "metadata.name"),
          key: "admin-password-sha256",
        },
      },
    });
    const files = spec("configuration.files") as Record<string, string>;
    expect(files["users.d/remove-default-user.xml"]).toContain('<default remove="1"/>');
    expect(spec("configuration.clusters.0.secret.valueFrom.secretKeyRef.key")).toBe(
      "cluster-secret",
    );
  });

  test("can be reached by known pods alone, on known ports, and not from outside", () => {
    const mine = { matchLabels: { "clickhouse.altinity.com/chi": "clickhouse" } };
    const rules = made
      .filter((each) => each.type.endsWith(":NetworkPolicy"))
      .map((each) => {
        expect(at(each, "spec.podSelector")).toEqual(mine);
        expect(at(each, "spec.policyTypes")).toEqual(["Ingress"]);
        return [
          each.name,
          at(each, "spec.ingress.0.from"),
          (at(each, "spec.ingress.0.ports") as { port: number }[]).map(({ port }) => port),
        ];
      });
    expect(rules.toSorted()).toEqual([
      ["clickhouse-clients", [{ podSelector: { matchLabels: { app: "posthog" } } }], [8123, 9000]],
      [
        "clickhouse-metrics",
        [{ namespaceSelector: { matchLabels: { name: "monitoring" } } }],
        [9363],
      ],
      [
        "clickhouse-operator",
        [
          {
            namespaceSelector: {
              matchLabels: { "kubernetes.io/metadata.name": "clickhouse-operator" },
            },
          },
        ],
        [8123, 9000],
      ],
      ["clickhouse-peers", [{ podSelector: mine }], [8123, 9000, 9009]],
      [
        "clickhouse-steps",
        [{ podSelector: { matchLabels: { "recover/reaches-clickhouse": "true" } } }],
        [8123],
      ],
    ]);
    expect(spec("defaults.templates.serviceTemplate")).toBe("service");
    expect(spec("templates.serviceTemplates.0")).toMatchObject({
      name: "service",
      spec: { type: "ClusterIP" },
    });
  });

  test("runs as its user, with bounds, and without a token of the cluster", () => {
    const pod = "templates.podTemplates.0.spec";
    expect(spec(`${pod}.securityContext`)).toMatchObject({ runAsNonRoot: true, runAsUser: 101 });
    expect(spec(`${pod}.automountServiceAccountToken`)).toBe(false);
    expect(spec(`${pod}.containers.0`)).toMatchObject({
      name: "clickhouse",
      image: image("clickhouse"),
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      resources: { requests: { cpu: "2", memory: "8Gi" }, limits: { memory: "8Gi" } },
    });
    const account = only(made, "kubernetes:core/v1:ServiceAccount");
    expect(spec(`${pod}.serviceAccountName`)).toBe(at(account, "metadata.name"));
  });

  test("has only children in the named cluster, and none without a purpose", () => {
    expect(strays(made)).toEqual([]);
    const mine = made.filter((each) => each.parent === "clickhouse").map((each) => each.name);
    expect(mine.sort()).toEqual([
      "clickhouse-account",
      "clickhouse-admin",
      "clickhouse-clients",
      "clickhouse-cluster",
      "clickhouse-installation",
      "clickhouse-logins",
      "clickhouse-metrics",
      "clickhouse-operator",
      "clickhouse-peers",
      "clickhouse-reader",
      "clickhouse-steps",
    ]);
  });

  test("is the same in a preview, as far as that is known", async () => {
    const { made: planned, shown } = await record({}, true);
    expect(planned.map((each) => each.name)).toContain("clickhouse-installation");
    expect(only(planned, type).protect).toBe(true);
    expect(strays(planned)).toEqual([]);
    expect(shown.connection).toBeUndefined();
  });

  test("connects steps to one server, and tells when it was configured anew", async () => {
    const { shown } = await record();
    expect(shown.connection).toEqual({
      url: "http://chi-clickhouse-main-0-0.recover.svc.cluster.local:8123",
      username: "admin",
      password: "value-of-a-key",
      database: "posthog",
      backupDisk: "vault",
      reader: { username: "reader", password: "value-of-a-key" },
    });
    expect((await record()).shown.generation).toBe(shown.generation);
    expect((await record({ memory: "16Gi" })).shown.generation).not.toBe(shown.generation);
    const recovered = await record({ recoveryId: "clickhouse-lost-1" });
    expect(recovered.shown.connection).toMatchObject({
      url: expect.stringContaining("chi-clickhouse-clickhouse-lost-1-main-0-0.") as string,
    });
  });

  test("takes a certificate for Kafka from the Secret, and its pods' own role for the vault", async () => {
    const { made: each } = await record({
      kafka: {
        kind: "certificate",
        ca: "ca",
        consumer: { epoch: 7, name: "clickhouse-e7", certificate: "pem", privateKey: "canary-key" },
      },
      vaultLogin: { kind: "environment" },
      serviceAccountAnnotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/backup" },
    });
    const server = only(each, type);
    const files = at(server, "spec.configuration.files") as Record<string, string>;
    expect(files["config.d/30-kafka.xml"]).toContain("<security_protocol>ssl</security_protocol>");
    // For the disk, and for `s3()`, which 26.7 refuses a server's own identity otherwise.
    const own = /<use_environment_credentials>true</g;
    expect(files["config.d/40-vault.xml"]?.match(own)).toHaveLength(2);
    const allowed = "default/s3_allow_server_credentials_in_user_queries";
    expect(at(server, "spec.configuration.profiles")).toMatchObject({ [allowed]: 1 });
    const pod = "spec.templates.podTemplates.0.spec";
    expect(at(server, `${pod}.containers.0.volumeMounts.0.mountPath`)).toBe(
      "/etc/clickhouse-kafka",
    );
    const data = at(only(each, secretType), "stringData");
    for (const { key } of at(server, `${pod}.volumes.0.secret.items`) as { key: string }[]) {
      expect(data).toHaveProperty([key]);
    }
    expect(data).not.toHaveProperty(["vault-secret-access-key"]);
    expect(only(each, "kubernetes:core/v1:ServiceAccount").inputs["metadata"]).toMatchObject({
      annotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/backup" },
    });
    expect(JSON.stringify(server)).not.toContain("canary-key");
  });

  test("shards: the connection names each, and no block waits in a queue on the way to one", async () => {
    const { made: each, shown: of } = await record({ shards: 3 });
    const server = only(each, type);
    expect(at(server, "spec.configuration.clusters.0.layout.shards")).toHaveLength(3);
    const url = (shard: number) =>
      `http://chi-clickhouse-main-${shard}-0.recover.svc.cluster.local:8123`;
    expect(of.connection).toMatchObject({
      url: url(0),
      sharded: {
        cluster: at(server, "spec.configuration.clusters.0.name"),
        others: [url(1), url(2)],
      },
    });
    const foreground = "default/distributed_foreground_insert";
    expect(at(server, "spec.configuration.profiles")).toMatchObject({ [foreground]: 1 });
    // One shard is configured as ever: its servers are not restarted for it.
    expect(spec("configuration.profiles")).not.toHaveProperty([foreground]);
  });

  test("a transform has the last say", async () => {
    const { made: each } = await record({
      transform: { installation: (same) => ({ ...same, stop: "no" }) },
    });
    expect(at(only(each, type), "spec.stop")).toBe("no");
  });
});

describe("bad input is refused", () => {
  test.each<[string, Partial<KubernetesClickHouseArgs>, RegExp]>([
    ["an image by tag", { image: "clickhouse:25.8" }, /names no digest/],
    ["half a shard", { shards: 0.5 }, /whole number/],
    ["two replicas in a zone", { replicas: 4 }, /needs a zone of its own/],
    ["a zone twice", { replicas: 2, zones: ["a", "a"] }, /needs a zone of its own/],
    ["no replica", { replicas: 0 }, /replicas is 0/],
  ])("%s", async (_what, change, message) => {
    const said = await refusal(
      () => new KubernetesClickHouse("c", { cluster: clusterOf(), ...given(), ...change }),
    );
    expect(said).toMatch(message);
  });
});
