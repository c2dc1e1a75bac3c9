import { beforeAll, describe, expect, test } from "vitest";
import { deniedBelow } from "../../scripts/vault/epoch-deny.ts";
import type { Made } from "./aws-mocks.ts";
import { recordStack, settingsOf } from "./aws-stacks.ts";

/** What a pod of a name is given, as its Secret says. */
function inputOf(all: readonly Made[], name: string): { connection: Record<string, unknown> } {
  const secret = all.find((each) => each.name === name);
  if (secret === undefined) throw new Error(`no ${name}`);
  const { "input.json": text = "" } = secret.inputs["stringData"] as Record<string, string>;
  return JSON.parse(text) as { connection: Record<string, unknown> };
}

const named = (all: readonly Made[], name: string) => all.find((each) => each.name === name);
const tagOf = (all: readonly Made[], role: string) =>
  (named(all, role)?.inputs["tags"] as Record<string, string> | undefined)?.["recover:epoch"];
const policies = (all: readonly Made[]) =>
  all.filter(
    ({ type, name }) =>
      type === "aws:s3/bucketPolicy:BucketPolicy" && /^vault-(primary|standby)-/.test(name),
  );

/** Writers of an epoch; every other role is bound to none. */
const writers = [
  "role-backup-role",
  "role-lease-role",
  "role-clickhouse-role",
  "role-metrics-role",
  "role-archive",
];

let prod: Made[];
let failover: Made[];
let recovered: Made[];
beforeAll(async () => {
  prod = await recordStack(settingsOf("prod"));
  failover = await recordStack(settingsOf("dr"));
  recovered = await recordStack(settingsOf("prod", { recoveries: ["clickhouse"] }));
}, 300_000);

describe("a writer's role", () => {
  test("says which epoch it writes for, and nobody else's does", () => {
    const tagged = (all: readonly Made[]) =>
      all
        .filter(({ type, name }) => type === "aws:iam/role:Role" && tagOf(all, name) !== undefined)
        .map(({ name }) => name)
        .sort();
    expect(tagged(prod)).toEqual([...writers].sort());
    expect(tagged(failover)).toEqual([...writers].sort());
    for (const role of writers) {
      expect(tagOf(prod, role), role).toBe("1");
      expect(tagOf(failover, role), role).toBe("2");
    }
  });

  test("of the fence may write the policies of its region's buckets and of control, alone", () => {
    const may = (all: readonly Made[]) =>
      all
        .filter(
          ({ type, inputs }) =>
            type === "aws:iam/rolePolicy:RolePolicy" &&
            String(inputs["policy"]).includes("s3:PutBucketPolicy"),
        )
        .map(({ name }) => name);
    expect(may(prod)).toEqual(["role-fence-vault"]);
    expect(may(failover)).toEqual(["role-fence-vault"]);
    const { Statement: statements } = JSON.parse(
      String(named(failover, "role-fence-vault")?.inputs["policy"]),
    ) as { Statement: { Sid?: string; Resource: string[] }[] };
    expect(statements.find(({ Sid }) => Sid === "Fence")?.Resource).toEqual(
      ["backups", "archive", "control"].map(
        (purpose) => `arn:aws:s3:::acme-recover-7f3a-eu-west-1-${purpose}`,
      ),
    );
  });
});

describe("the vault's buckets", () => {
  test("refuse roles of earlier epochs, and writers wait for that", () => {
    expect(policies(prod)).toHaveLength(5);
    for (const { name, inputs } of policies(prod)) {
      expect(deniedBelow(String(inputs["policy"]), "main"), name).toBe(1);
    }
    expect(policies(failover)).toEqual([]);
  });

  test("refuse those of the epoch before a recovery in place only behind its fence", () => {
    expect(policies(recovered)).toHaveLength(5);
    for (const { name, inputs, dependsOn } of policies(recovered)) {
      expect(deniedBelow(String(inputs["policy"]), "main"), name).toBe(2);
      expect(dependsOn, name).toContain("r1-clickhouse-fence");
    }
  });
});

describe("a recovery of ClickHouse in place", () => {
  test("makes roles for the next epoch beside those that write until the fence", () => {
    for (const [role, epoch] of [
      ["role-backup-r1-clickhouse-role", "2"],
      ["role-lease-r1-clickhouse-role", "2"],
      ["role-clickhouse-r1-clickhouse-role", "2"],
      ["role-archive-r1-clickhouse", "2"],
    ] as const) {
      expect(tagOf(recovered, role), role).toBe(epoch);
    }
    // What is not of an epoch stays what it was: jobs that are done do not run again for another account.
    for (const role of ["role-recovery-role", "role-fence-role", "account-recovery"]) {
      expect(named(recovered, role), role).toBeDefined();
    }
    const account = (all: readonly Made[], name: string) =>
      (named(all, name)?.inputs["spec"] as { template: { spec: Record<string, unknown> } }).template
        .spec["serviceAccountName"];
    expect(account(recovered, "protection-lease-keeper-deployment")).toBe(
      "recover-lease-r1-clickhouse",
    );
    expect(account(prod, "protection-lease-keeper-deployment")).toBe("recover-lease");
  });
});

describe("what pods are told of Kafka", () => {
  test("is MSK's two listeners: SCRAM by TLS for ClickHouse, IAM for jobs", () => {
    const { connection } = inputOf(prod, "protection-full-input");
    expect(connection["kafka"]).toMatchObject({
      bootstrap: "scram:9096",
      scramOver: "tls",
      tlsBootstrap: "",
      ca: "",
      iam: { bootstrap: "iam:9098", region: "eu-central-1" },
      archive: { kind: "connect", group: "connect-acme-test-g1-archive-clickhouse_events_json" },
      consumer: { kind: "scram", name: "clickhouse-e1" },
    });
  });

  test("with Firehose: that nobody commits how far the archive is", async () => {
    const all = await recordStack(settingsOf("prod", { archive: { kind: "firehose" } }));
    expect(inputOf(all, "protection-full-input").connection["kafka"]).toMatchObject({
      archive: { kind: "firehose" },
    });
  }, 60_000);
});

describe("PostgreSQL", () => {
  test("is known to backups as RDS, with what a restore elsewhere needs", () => {
    const { connection } = inputOf(prod, "protection-full-input");
    expect(connection["postgres"]).toMatchObject({
      kind: "rds",
      manifest: { version: 1, region: "eu-central-1" },
    });
  });

  test("leaves that in the control bucket at every `up` of a primary, and of no standby", () => {
    expect(named(prod, "postgres-manifest")?.inputs["command"]).toBe("rds-manifest");
    expect(named(failover, "postgres-manifest")).toBeUndefined();
  });

  test("is looked up in the standby's region where its config names no backup", async () => {
    const all = await recordStack(
      settingsOf("dr", {
        primaryRegion: "eu-central-1",
        postgres: { adminEndpoint: "127.0.0.1:15432" },
      }),
    );
    const source = named(all, "postgres-source");
    expect(source?.inputs).toMatchObject({
      command: "rds-source",
      guard: true,
      params: { primaryRegion: "eu-central-1", identifierPrefix: "acme-" },
    });
    expect(named(failover, "postgres-source")).toBeUndefined();
  }, 60_000);
});

describe("choosing a ledger", () => {
  test("refuses an empty vault in a failover, in the preview, and reads no whole backup", () => {
    expect(named(failover, "pick")?.inputs).toMatchObject({
      guard: true,
      params: { deep: false, refuseEmpty: true },
    });
    // Kafka may hold everything that a primary needs.
    expect(named(recovered, "r1-clickhouse-pick")?.inputs["params"]).toMatchObject({
      refuseEmpty: false,
    });
  });
});

describe("a drill beside a living primary", () => {
  let drill: Made[];
  beforeAll(async () => {
    drill = await recordStack(settingsOf("dr", { mode: "drill" }));
  }, 120_000);

  test("has roles of its own epoch and line, which write below that line alone", () => {
    for (const role of writers) {
      expect(tagOf(drill, role), role).toBe("2");
      const tags = named(drill, role)?.inputs["tags"] as Record<string, string>;
      expect(tags["recover:line"], role).toMatch(/^drill-/);
    }
    const writes = drill
      .filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy")
      .flatMap(({ name, inputs }) => {
        const { Statement: statements } = JSON.parse(String(inputs["policy"])) as {
          Statement: { Effect: string; Action: string | string[]; Resource: string | string[] }[];
        };
        return statements
          .filter(
            ({ Effect, Action }) => Effect === "Allow" && [Action].flat().includes("s3:PutObject"),
          )
          .flatMap(({ Resource }) => [Resource].flat().map((arn) => `${name} ${arn}`));
      })
      .filter((each) => each.includes(":::acme-recover-"));
    expect(writes.length).toBeGreaterThan(5);
    // What is being uploaded lies in a folder of the topic, in the bucket of this region: nobody reads it.
    const own = /:::[^/]+\/(?:(?:\.indexes\/)?drill-|\.temp-upload\/)/;
    for (const each of writes) expect(each).toMatch(own);
  });

  test("fences nobody, alarms nobody, owns no bucket of the vault", () => {
    const policiesOfFence = String(named(drill, "role-fence-vault")?.inputs["policy"]);
    expect(policiesOfFence).not.toContain("PutBucketPolicy");
    expect(drill.filter(({ type }) => type === "recover:alarms:AwsAlarms")).toEqual([]);
    expect(policies(drill)).toEqual([]);
  });

  test("takes the epoch that the gate gives, whatever a failover is prepared for", async () => {
    const all = await recordStack(settingsOf("dr", { mode: "drill", failoverEpoch: 9 }));
    expect(named(all, "recovery-attach")).toBeDefined();
    expect(tagOf(all, "role-backup-role")).toBe("2");
  }, 120_000);

  test("is a stack of its own: one that waits for the day does not become one", () => {
    expect(named(drill, "pin-mode")?.inputs["value"]).toBe("drill");
    expect(named(failover, "pin-mode")?.inputs["value"]).toBe("pilot-light or failover");
    expect(named(prod, "pin-mode")).toBeUndefined();
  });
});

test("a stack keeps its region and its names", () => {
  for (const [all, region] of [
    [prod, "eu-central-1"],
    [failover, "eu-west-1"],
  ] as const) {
    expect(named(all, "pin-region")?.inputs).toMatchObject({ setting: "region", value: region });
    expect(named(all, "pin-install")?.inputs).toMatchObject({ setting: "install", value: "acme" });
  }
});
