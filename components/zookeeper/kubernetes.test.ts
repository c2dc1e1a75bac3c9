import { execFileSync } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { only, recordAws, type Made } from "../../tests/components/aws-mocks.ts";
import {
  at,
  base,
  clusterOf,
  image,
  outputs,
  refusal,
  runnerOf,
  strays,
} from "../../tests/components/kubernetes.ts";
import { asks, checkMembers, checkVersion, startScript, zooCfg } from "./kubernetes-config.ts";
import { KubernetesZooKeeper, type KubernetesZooKeeperArgs } from "./kubernetes.ts";

const vault = {
  endpoint: "https://s3.eu-central-1.amazonaws.com",
  region: "eu-central-1",
  accessKeyId: "AKIABACKUP",
  secretAccessKey: "canary-of-the-vault",
  backups: "acme-backups",
  archive: "acme-archive",
};

const set = "kubernetes:apps/v1:StatefulSet";
const policyType = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const serviceType = "kubernetes:core/v1:Service";

async function record(change: Partial<KubernetesZooKeeperArgs> = {}, dryRun = false) {
  let shown: Record<string, unknown> = {};
  const made = await recordAws(
    () => {
      const cluster = clusterOf();
      const ensemble = new KubernetesZooKeeper("zookeeper", {
        cluster,
        image: image("zookeeper"),
        version: "3.9.4",
        storageClass: "recover-gp3",
        snapshots: { runner: runnerOf(cluster), base, vault, cron: "*/15 * * * *" },
        metricsFrom: [{ namespaceSelector: { matchLabels: { name: "monitoring" } } }],
        ...change,
      });
      pulumi
        .output({
          connection: ensemble.connection,
          nodes: ensemble.nodes,
          identity: ensemble.clickhouseIdentity,
        })
        .apply((all) => (shown = all));
    },
    { outputs: dryRun ? {} : outputs, dryRun },
  );
  return { made, shown: shown as { connection?: { members: unknown[] }; nodes?: unknown[] } };
}

describe.each([true, false])("the ensemble (dry run %s)", (dryRun) => {
  let made: Made[];
  let members: Made;
  const pod = "spec.template.spec";
  beforeAll(async () => {
    ({ made } = await record({}, dryRun));
    members = only(made, set);
  });

  test("is three members, one a node, all zones filled or none", () => {
    const matchLabels = at(members, "spec.selector.matchLabels");
    expect(at(members, "spec.replicas")).toBe(3);
    expect(at(members, `${pod}.topologySpreadConstraints`)).toEqual([
      {
        maxSkew: 1,
        minDomains: 3,
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable: "DoNotSchedule",
        labelSelector: { matchLabels },
      },
    ]);
    expect(
      at(members, `${pod}.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution`),
    ).toEqual([{ topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels } }]);
    expect(at(members, "spec.template.metadata.labels")).toEqual(matchLabels);
  });

  test("starts all members at once: one alone is never ready", () => {
    expect(at(members, "spec.podManagementPolicy")).toBe("Parallel");
    expect(at(members, "spec.serviceName")).toBe(at(members, "metadata.name"));
  });

  test("keeps its volumes, and itself", () => {
    expect(at(members, "spec.persistentVolumeClaimRetentionPolicy")).toEqual({
      whenDeleted: "Retain",
      whenScaled: "Retain",
    });
    expect(members.protect).toBe(true);
    expect(at(members, "spec.volumeClaimTemplates.0.spec")).toEqual({
      accessModes: ["ReadWriteOnce"],
      storageClassName: "recover-gp3",
      resources: { requests: { storage: "20Gi" } },
    });
  });

  test("loses one member on purpose at a time", () => {
    const budget = only(made, "kubernetes:policy/v1:PodDisruptionBudget");
    expect(budget.inputs["spec"]).toEqual({
      maxUnavailable: 1,
      selector: { matchLabels: at(members, "spec.selector.matchLabels") },
    });
  });

  test("is ready with a quorum, and restarted only when it does not answer", () => {
    const probe = (kind: string) =>
      (at(members, `${pod}.containers.0.${kind}.exec.command`) as string[]).at(-1);
    expect(probe("readinessProbe")).toMatch(/printf srvr .*"\^Mode: "/);
    expect(probe("livenessProbe")).toMatch(/printf ruok .*"imok"/);
    expect(probe("startupProbe")).toMatch(/printf ruok .*"imok"/);
  });

  test("runs as its user, writes nothing but its data, and has bounds", () => {
    expect(at(members, `${pod}.securityContext`)).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 1000,
    });
    expect(at(members, `${pod}.containers.0.securityContext`)).toMatchObject({
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
    });
    expect(at(members, `${pod}.automountServiceAccountToken`)).toBe(false);
    expect(at(members, `${pod}.containers.0.resources`)).toEqual({
      requests: { cpu: "500m", memory: "1536Mi" },
      limits: { memory: "1536Mi" },
    });
    expect(at(members, `${pod}.containers.0.image`)).toBe(image("zookeeper"));
  });

  test("can be reached by known pods alone, on known ports", () => {
    const matchLabels = at(members, "spec.selector.matchLabels");
    const rules = made
      .filter((each) => each.type === policyType && each.parent === "zookeeper")
      .map((each) => {
        expect(at(each, "spec.podSelector")).toEqual({ matchLabels });
        expect(at(each, "spec.policyTypes")).toEqual(["Ingress"]);
        expect(at(each, "spec.ingress")).toHaveLength(1);
        return [
          each.name,
          at(each, "spec.ingress.0.from"),
          (at(each, "spec.ingress.0.ports") as { port: number }[]).map(({ port }) => port),
        ];
      });
    const reaches = { "recover/reaches-zookeeper": "true" };
    expect(rules.toSorted()).toEqual([
      ["zookeeper-clients", [{ podSelector: { matchLabels: reaches } }], [2181]],
      [
        "zookeeper-jobs",
        [{ podSelector: { matchLabels: { "app.kubernetes.io/name": "job", ...reaches } } }],
        [8080],
      ],
      [
        "zookeeper-metrics",
        [{ namespaceSelector: { matchLabels: { name: "monitoring" } } }],
        [7000],
      ],
      ["zookeeper-peers", [{ podSelector: { matchLabels } }], [2888, 3888]],
    ]);
  });

  test("has an address for each member before it is ready, and one for all that are", () => {
    const headless = only(made, serviceType, "zookeeper-headless");
    expect(headless.inputs["spec"]).toMatchObject({
      clusterIP: "None",
      publishNotReadyAddresses: true,
      selector: at(members, "spec.selector.matchLabels"),
    });
    expect(at(headless, "metadata.name")).toBe("zookeeper");
    const client = only(made, serviceType, "zookeeper-client");
    expect(client.inputs["spec"]).toMatchObject({ ports: [{ name: "client", port: 2181 }] });
    expect(at(client, "spec")).not.toHaveProperty("publishNotReadyAddresses");
  });

  test("has only children in the named cluster, and none without a purpose", () => {
    expect(strays(made)).toEqual([]);
    const mine = made.filter((each) => each.parent === "zookeeper").map((each) => each.name);
    expect(mine.sort()).toEqual([
      "zookeeper-account",
      "zookeeper-clickhouse",
      "zookeeper-client",
      "zookeeper-clients",
      "zookeeper-config",
      "zookeeper-disruption",
      "zookeeper-headless",
      "zookeeper-jobs",
      "zookeeper-login",
      "zookeeper-members",
      "zookeeper-metrics",
      "zookeeper-peers",
      "zookeeper-snapshot",
      "zookeeper-super",
    ]);
  });
});

describe("what the ensemble is told", () => {
  test("lies in a ConfigMap, but for what a password could be guessed by", async () => {
    const { made } = await record();
    const map = only(made, "kubernetes:core/v1:ConfigMap", "zookeeper-config");
    const data = map.inputs["data"] as Record<string, string>;
    expect(data["zoo.cfg"]).toContain(
      "server.3=zookeeper-2.zookeeper.recover.svc.cluster.local:2888:3888\n",
    );
    expect(data["zoo.cfg"]).not.toContain("superDigest");
    const login = only(made, "kubernetes:core/v1:Secret", "zookeeper-login");
    expect(login.secrets).toContain("stringData");
    // The digest of `super:value-of-a-key`, by openssl.
    expect(at(login, "stringData")).toEqual({
      "super.cfg": "DigestAuthenticationProvider.superDigest=super:t03AstZ58BEA4USTeHD6JsdAH20=\n",
    });
  });

  test("restarts the members when it changes", async () => {
    const hash = async (change: Partial<KubernetesZooKeeperArgs>) =>
      at(only((await record(change)).made, set), "spec.template.metadata.annotations");
    expect(await hash({})).toEqual(await hash({}));
    expect(await hash({ members: 5 })).not.toEqual(await hash({}));
  });

  test("snapshots go to the vault by a CronJob, with the backup's login", async () => {
    const { made } = await record();
    const cron = only(made, "kubernetes:batch/v1:CronJob");
    expect(at(cron, "spec.schedule")).toBe("*/15 * * * *");
    expect(at(cron, "spec.jobTemplate.spec.template.spec.containers.0.args")).toEqual([
      "zookeeper-snapshot",
    ]);
    const secret = only(made, "kubernetes:core/v1:Secret", "zookeeper-snapshot-input");
    const input = JSON.parse(
      (at(secret, "stringData") as Record<string, string>)["input.json"] ?? "",
    ) as { connection: object };
    expect(input.connection).toMatchObject({
      epoch: 7,
      vault,
      zookeeper: { superPassword: "value-of-a-key" },
    });
    expect(input.connection).not.toHaveProperty("signing");
    expect(JSON.stringify(made.filter((each) => !each.type.endsWith(":Secret")))).not.toContain(
      "canary-of-the-vault",
    );
  });

  test("snapshots are off for a reason alone, and metrics are for nobody by default", async () => {
    const { made } = await record({ snapshots: { off: "a test" }, metricsFrom: [] });
    expect(made.map((each) => each.name)).not.toContain("zookeeper-snapshot");
    expect(made.map((each) => each.name)).not.toContain("zookeeper-metrics");
  });

  test("says where it is, and how ClickHouse logs in", async () => {
    const { shown } = await record({ members: 5 });
    expect(shown.nodes).toHaveLength(5);
    expect(shown).toMatchObject({
      identity: "clickhouse:value-of-a-key",
      // The brokers are MSK's, which brings its own coordination.
      connection: { superPassword: "value-of-a-key", serves: "clickhouse" },
    });
    expect(shown.connection?.members[4]).toEqual({
      client: "zookeeper-4.zookeeper.recover.svc.cluster.local:2181",
      admin: "http://zookeeper-4.zookeeper.recover.svc.cluster.local:8080",
    });
  });

  test("a recovered ensemble has names and volumes of its own", async () => {
    const { made } = await record({ recoveryId: "zookeeper-lost-1" });
    expect(at(only(made, set), "metadata.name")).toBe("zookeeper-zookeeper-lost-1");
  });

  test("a transform has the last say", async () => {
    const { made } = await record({
      transform: {
        statefulSet: (args) => ({ ...args, metadata: { name: "mine", namespace: "recover" } }),
      },
    });
    expect(at(only(made, set), "metadata.name")).toBe("mine");
  });
});

describe("bad input is refused", () => {
  test.each([
    [1, /members is 1: .*Write 3/],
    [2, /members is 2: .*even number.*Write 3/],
    [4, /members is 4/],
    [7, /members is 7/],
    [0, /members is 0/],
  ])("%i members", (members, message) => {
    expect(() => checkMembers(members)).toThrow(message);
  });

  test("any version before 3.9.4, and what is no version", () => {
    const part = fc.nat(20);
    fc.assert(
      fc.property(part, part, part, (major, minor, patch) => {
        const newEnough = major * 10_000 + minor * 100 + patch >= 3 * 10_000 + 9 * 100 + 4;
        const check = () => {
          checkVersion(`${major}.${minor}.${patch}`);
        };
        if (newEnough) check();
        else expect(check).toThrow(/CVE-2025-58457/);
      }),
    );
    for (const bad of ["", "3.9", "latest", "3.9.4-beta"]) {
      expect(() => {
        checkVersion(bad);
      }).toThrow(/3\.9\.4 or newer/);
    }
  });

  test.each<[string, Partial<KubernetesZooKeeperArgs>, RegExp]>([
    ["an image by tag", { image: "zookeeper:3.9.4" }, /names no digest/],
    ["an even ensemble", { members: 4 }, /members is 4/],
    ["an old version", { version: "3.9.3" }, /CVE-2025-58457/],
  ])("%s, before anything is made", async (_what, change, message) => {
    const args = { version: "3.9.4", image: image("zookeeper"), storageClass: "gp3" };
    const off = { snapshots: { off: "a test" } };
    const said = await refusal(
      () => new KubernetesZooKeeper("z", { cluster: clusterOf(), ...args, ...off, ...change }),
    );
    expect(said).toMatch(message);
  });
});

test("only what the probes ask is answered", () => {
  expect(zooCfg(["a", "b", "c"])).toContain("\n4lw.commands.whitelist=srvr,ruok\n");
  expect(zooCfg(["a", "b", "c"])).toMatch(
    /autopurge\.snapRetainCount=5\nautopurge\.purgeInterval=1/,
  );
  expect(zooCfg(["a", "b", "c"])).toMatch(
    /PrometheusMetricsProvider\nmetricsProvider.httpPort=7000/,
  );
});

test("the scripts are what bash can read", () => {
  for (const script of [startScript, asks("srvr", "^Mode: ").at(-1) ?? ""]) {
    execFileSync("/bin/bash", ["-n", "-c", script]);
  }
});
