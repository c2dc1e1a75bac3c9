import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { sameEpoch } from "../../stacks/aws/roles.ts";
import type { Made } from "./aws-mocks.ts";
import { recordStack, settingsOf } from "./aws-stacks.ts";

const stacks = {
  prod: () => settingsOf("prod"),
  "dr in pilot-light": () => settingsOf("dr", { mode: "pilot-light" }),
  "dr in failover": () => settingsOf("dr"),
};
type Stack = keyof typeof stacks;
const names = Object.keys(stacks) as Stack[];

const made: Record<string, Made[]> = {};
const said: Record<string, string[]> = {};
beforeAll(async () => {
  for (const name of names) {
    for (const dryRun of [true, false]) {
      const key = `${dryRun ? "preview" : "up"} of ${name}`;
      const heard: string[] = [];
      const hear = (message: string) => {
        heard.push(message);
        return Promise.resolve();
      };
      const spies = [
        vi.spyOn(pulumi.log, "warn").mockImplementation(hear),
        vi.spyOn(pulumi.log, "error").mockImplementation(hear),
      ];
      made[key] = await recordStack(stacks[name](), dryRun);
      said[key] = heard;
      for (const spy of spies) spy.mockRestore();
    }
  }
}, 300_000);

const runs = names.flatMap((name) => [`preview of ${name}`, `up of ${name}`]);
const of = (name: string) => made[name] ?? [];
const iam = (all: readonly Made[]) => all.filter(({ type }) => /^aws:(iam|route53)\//.test(type));

describe("from the shipped example files", () => {
  test.each(runs)("%s has no error and no warning", (name) => {
    // Of what a stack registers: with the engine's own, a preview counts one more (the stack).
    expect(of(name).length).toBeGreaterThan(150);
    expect(said[name]).toEqual([]);
  });

  test.each(names)("%s previews what it makes", (name) => {
    const kinds = (run: string) =>
      of(run)
        .map((each) => `${each.type} ${each.name}`)
        .sort();
    expect(kinds(`preview of ${name}`)).toEqual(kinds(`up of ${name}`));
  });
});

describe("regions", () => {
  const providers = (name: string, type: RegExp) => {
    const found = of(name).filter((each) => type.test(each.type));
    expect(found.length).toBeGreaterThan(10);
    return new Set(found.map(({ provider }) => provider));
  };

  test.each([
    ["prod", ["aws-eu-central-1", "aws-eu-west-1"]],
    ["dr in pilot-light", ["aws-eu-west-1"]],
    ["dr in failover", ["aws-eu-west-1"]],
  ])("every AWS resource of %s has an explicit provider of an allowed region", (name, allowed) => {
    for (const run of [`preview of ${name}`, `up of ${name}`]) {
      expect([...providers(run, /^aws:/)].sort()).toEqual(allowed);
    }
  });

  test.each(runs)("every Kubernetes resource of %s has the cluster's own provider", (name) => {
    expect([...providers(name, /^kubernetes:/)].sort()).toEqual([
      "eks-bootstrap",
      "eks-kubernetes",
    ]);
  });

  test("the providers are pinned to their regions and to the account", () => {
    for (const [name, region] of [
      ["aws-eu-central-1", "eu-central-1"],
      ["aws-eu-west-1", "eu-west-1"],
    ]) {
      const provider = of("up of prod").find((each) => each.name === name);
      expect(provider?.inputs["region"]).toBe(region);
      expect(JSON.stringify(provider?.inputs["allowedAccountIds"])).toContain("123456789012");
    }
  });

  test.each(["dr in pilot-light", "dr in failover"])(
    "%s names the primary's region nowhere",
    (name) => {
      for (const run of [`preview of ${name}`, `up of ${name}`]) {
        const naming = of(run).filter((each) => JSON.stringify(each).includes("eu-central-1"));
        expect(naming.map((each) => each.name)).toEqual([]);
      }
    },
  );
});

describe("a failover", () => {
  test.each(["preview", "up"])("(%s) has no IAM and no DNS that its pilot light has not", (run) => {
    const before = iam(of(`${run} of dr in pilot-light`));
    const after = iam(of(`${run} of dr in failover`));
    expect(before.length).toBeGreaterThan(20);
    const plain = (all: readonly Made[]) =>
      all
        .map(({ type, name, inputs, provider }) => ({ type, name, inputs, provider }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(plain(after)).toEqual(plain(before));
  });

  test("finds all of its pilot light there, and adds to it", () => {
    const kinds = (name: string) =>
      new Set(of(`up of ${name}`).map((each) => `${each.type} ${each.name}`));
    const after = kinds("dr in failover");
    expect([...kinds("dr in pilot-light")].filter((each) => !after.has(each))).toEqual([]);
  });

  test("holds no bucket of the vault, only names them", () => {
    for (const name of ["dr in pilot-light", "dr in failover"]) {
      const owned = of(`up of ${name}`).filter(({ type }) => type === "aws:s3/bucket:Bucket");
      expect(owned.map((each) => each.name)).toEqual(["support-bucket"]);
    }
  });

  test("restores PostgreSQL from the copy in its own region", () => {
    const database = of("up of dr in failover").find(({ name }) => name === "postgres-instance");
    expect(JSON.stringify(database?.inputs["restoreToPointInTime"])).toContain(
      "arn:aws:rds:eu-west-1:123456789012:auto-backup",
    );
  });

  test("begins with the gate, and attaches after fence, fill and cursors", () => {
    const all = of("up of dr in failover");
    const after = (name: string) => all.find((each) => each.name === name)?.dependsOn ?? [];
    expect(after("pick")).toEqual(["gate"]);
    expect(after("recovery-fence")).toContain("recovery-verify");
    expect(after("recovery-fill")).toContain("recovery-quarantine");
    expect(after("recovery-attach")).toContain("recovery-cursors");
    expect(after("archive")).toContain("recovery-attach");
  });

  test("is refused when its roles were made for another epoch", () => {
    expect(sameEpoch(2, 2)).toBe(2);
    expect(() => sameEpoch(2, 3)).toThrow(/takes epoch 2, and recover:failoverEpoch is 3/);
  });
});

describe("a pilot light", () => {
  test("has no node, no pod and no engine", () => {
    const all = of("up of dr in pilot-light");
    const sizes = all
      .filter(({ type }) => type === "aws:eks/nodeGroup:NodeGroup")
      .map(({ inputs }) => inputs["scalingConfig"]);
    expect(sizes).toHaveLength(3);
    for (const size of sizes) expect(size).toMatchObject({ minSize: 0, desiredSize: 0 });
    const operator = all.find(({ name }) => name === "operator-deployment");
    expect(operator?.inputs["spec"]).toMatchObject({ replicas: 0 });
    const engines = /:(Cluster|Instance|StatefulSet|Job|CronJob|ClickHouseInstallation)$/;
    expect(
      all.filter(({ type }) => engines.test(type)).map(({ type, name }) => `${type} ${name}`),
    ).toEqual(["aws:eks/cluster:Cluster eks-cluster"]);
  });
});

describe("pods", () => {
  test.each(["prod", "dr in failover"])("of %s start only once their role is theirs", (name) => {
    const all = of(`up of ${name}`);
    const jobs = all.filter(({ type }) => type === "recover:job:KubernetesStep");
    expect(jobs.length).toBeGreaterThan(2);
    const steps = jobs.filter(({ parent }) => parent !== "protection");
    for (const step of steps) {
      expect(step.dependsOn, step.name).toContain("role-recovery-association");
    }
  });

  test("each account has one role, trusted for that account alone", () => {
    const all = of("up of prod");
    const associations = all.filter(({ type }) => type.endsWith(":PodIdentityAssociation"));
    const accounts = associations.map(({ inputs }) => inputs["serviceAccount"]);
    expect(new Set(accounts).size).toBe(accounts.length);
    expect(accounts).toEqual(
      expect.arrayContaining(["recover-fence", "recover-backup", "recover-lease", "clickhouse"]),
    );
  });

  test.each(["prod", "dr in failover"])("of %s have roles that IAM takes", (name) => {
    const size = new Map<string, number>();
    for (const { type, inputs, parent = "", name: own } of of(`up of ${name}`)) {
      if (type !== "aws:iam/rolePolicy:RolePolicy") continue;
      // Each component has one role with policies of its own but the cluster's, which are smaller still.
      const [role, policy] = [parent === "" ? own : parent, String(inputs["policy"])];
      expect(policy, role).toMatch(/^\{/);
      size.set(role, (size.get(role) ?? 0) + policy.length);
    }
    expect(size.size).toBeGreaterThan(8);
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    expect([...size].filter(([, length]) => length > 10_240)).toEqual([]);
  });

  test("no role but those of fence and cursors reaches ClickHouse's consumer group", () => {
    const group = /:group\/[^"]*\/clickhouse"/;
    const holders = of("up of prod")
      .filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy")
      .filter(({ inputs }) => {
        const { Statement: statements } = JSON.parse(String(inputs["policy"])) as {
          Statement: { Effect: string }[];
        };
        return group.test(JSON.stringify(statements.filter(({ Effect }) => Effect === "Allow")));
      });
    expect(new Set(holders.map(({ parent }) => parent))).toEqual(
      new Set(["role-fence", "role-cursor"]),
    );
  });
});

/** Each component of this platform, and where it is. Taking one out turns its own test red. */
const components: readonly (readonly [type: string, stack: Stack])[] = [
  ["recover:alarms:AwsAlarms", "prod"],
  ["recover:alarms:AwsAlarms", "dr in failover"],
  ["recover:archive:AwsArchive", "prod"],
  ["recover:archive:AwsArchive", "dr in failover"],
  ["recover:archive:AwsConnectArchive", "prod"],
  ["recover:aws:AwsSupportBucket", "prod"],
  ["recover:clickhouse:ClickHouseOperator", "dr in pilot-light"],
  ["recover:clickhouse:ClickHouseOperator", "prod"],
  ["recover:clickhouse:KubernetesClickHouse", "prod"],
  ["recover:clickhouse:KubernetesClickHouse", "dr in failover"],
  ["recover:eks:AwsCluster", "prod"],
  ["recover:eks:AwsCluster", "dr in pilot-light"],
  ["recover:eks:AwsImages", "prod"],
  ["recover:eks:AwsImages", "dr in pilot-light"],
  ["recover:eks:AwsPodIdentity", "prod"],
  ["recover:eks:AwsPodIdentity", "dr in pilot-light"],
  ["recover:job:KubernetesByHand", "prod"],
  ["recover:job:KubernetesByHand", "dr in failover"],
  ["recover:job:KubernetesCronJob", "prod"],
  ["recover:job:KubernetesDaemon", "prod"],
  ["recover:job:KubernetesRunner", "prod"],
  ["recover:job:KubernetesStep", "prod"],
  ["recover:kafka:AwsKafka", "prod"],
  ["recover:kafka:AwsKafka", "dr in failover"],
  ["recover:keys:AwsKeys", "prod"],
  ["recover:keys:AwsKeys", "dr in pilot-light"],
  ["recover:network:AwsNetwork", "prod"],
  ["recover:network:AwsNetwork", "dr in pilot-light"],
  ["recover:postgres:AwsPostgres", "prod"],
  ["recover:postgres:AwsPostgres", "dr in failover"],
  ["recover:postgres:PostgresRoles", "prod"],
  ["recover:postgres:PostgresRoles", "dr in failover"],
  ["recover:postgres:RdsMonitoringRole", "dr in pilot-light"],
  ["recover:protection:AwsProtection", "prod"],
  ["recover:protection:AwsProtection", "dr in failover"],
  ["recover:recovery:ClickHouseRecovery", "dr in failover"],
  ["recover:vault:AwsVault", "prod"],
  ["recover:vault:AwsVaultBucket", "prod"],
  ["recover:vault:ReplicationRole", "prod"],
  ["recover:vault:VaultReplication", "prod"],
  ["recover:zookeeper:KubernetesZooKeeper", "prod"],
  ["recover:zookeeper:KubernetesZooKeeper", "dr in failover"],
];

describe("components", () => {
  test.each(components)("%s is reached from %s", (type, stack) => {
    expect(of(`up of ${stack}`).map((each) => each.type)).toContain(type);
  });

  test("recover:archive:AwsFirehoseArchive is reached by recover:archive", async () => {
    const all = await recordStack(settingsOf("prod", { archive: { kind: "firehose" } }));
    const kinds = all.map(({ type }) => type);
    expect(kinds).toContain("recover:archive:AwsFirehoseArchive");
    expect(kinds).not.toContain("recover:archive:AwsConnectArchive");
  }, 60_000);

  test("there is no other one", () => {
    const root = join(import.meta.dirname, "../../components");
    const known = new Set(components.map(([type]) => type));
    const written = readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
      .flatMap((file) => [
        ...readFileSync(join(root, file), "utf8").matchAll(/super\(\s*"(recover:[^"]+)"/g),
      ])
      .map(([, type = ""]) => type)
      .filter((type) => !/:index:|:Local/.test(type));
    expect(written.length).toBeGreaterThan(20);
    expect(written.filter((type) => !known.has(type))).toEqual([
      "recover:archive:AwsFirehoseArchive",
    ]);
  });
});

/** What IAM and KMS compare: `*` stands for any text. */
const glob = (pattern: string) =>
  new RegExp(`^${pattern.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`);

test.each(["prod", "dr in failover"])(
  "every encrypted log group of %s is one that its key takes",
  (name) => {
    const all = of(`up of ${name}`);
    const groups = all.filter(
      ({ type, inputs }) => type === "aws:cloudwatch/logGroup:LogGroup" && "kmsKeyId" in inputs,
    );
    expect(groups.length).toBeGreaterThan(3);
    for (const { inputs, name: label } of groups) {
      const key = all.find(
        (each) =>
          `arn:aws:mock:kms:${each.name}` === inputs["kmsKeyId"] && each.type.endsWith(":Key"),
      );
      const { Statement: statements } = JSON.parse(String(key?.inputs["policy"])) as {
        Statement: { Sid: string; Condition?: { ArnLike?: Record<string, string[]> } }[];
      };
      const logs = statements.find(({ Sid }) => Sid === "LogGroups")?.Condition?.ArnLike;
      const patterns = Object.values(logs ?? {}).flat();
      const arn =
        patterns[0]?.replace(/log-group:.*$/, `log-group:${String(inputs["name"])}`) ?? "";
      expect(
        patterns.some((pattern) => glob(pattern).test(arn)),
        `${label}: ${arn}`,
      ).toBe(true);
    }
  },
);
