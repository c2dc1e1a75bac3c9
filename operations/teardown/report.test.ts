import { beforeAll, describe, expect, test } from "vitest";
import type { Made } from "../../tests/components/aws-mocks.ts";
import { recordStack, settingsOf } from "../../tests/components/aws-stacks.ts";
import { teardownOf } from "./report.ts";
import { readState } from "./state.ts";

const today = new Date("2026-11-26T12:00:00Z");
const urn = (type: string, name: string) => `urn:pulumi:prod::recover::${type}::${name}`;

/** As `pulumi stack export` writes a stack that was made so. */
function exported(made: readonly Made[]): string {
  const resources = made.map(({ type, name, inputs, protect, retainOnDelete, provider }) => ({
    urn: urn(type, name),
    type,
    custom: !type.startsWith("recover:") || type.startsWith("recover:index:"),
    id: `id-of-${name}`,
    inputs,
    ...(protect === true ? { protect } : {}),
    ...(retainOnDelete === true ? { retainOnDelete } : {}),
    ...(provider === undefined
      ? {}
      : { provider: `${urn("pulumi:providers:aws", provider)}::some-id` }),
  }));
  return JSON.stringify({ version: 3, deployment: { resources } });
}

let made: readonly Made[] = [];
beforeAll(async () => {
  made = await recordStack(settingsOf("prod"));
}, 900_000);

const report = (all: readonly Made[] = made) =>
  teardownOf("prod", readState(exported(all), "a test"), today);
const of = (name: string, all: readonly Made[] = made) =>
  report(all).left.find((each) => each.name === name);
const changed = (name: string, change: (each: Made) => Partial<Made>) =>
  made.map((each) => (each.name === name ? { ...each, ...change(each) } : each));

describe("of the shipped prod", () => {
  test("locked buckets stay, with their lock, until the last object may go", () => {
    for (const [region, purpose] of [
      ["eu-central-1", "backups"],
      ["eu-central-1", "archive"],
      ["eu-west-1", "backups"],
      ["eu-west-1", "archive"],
    ] as const) {
      expect(of(`acme-recover-7f3a-${region}-${purpose}`)).toMatchObject({
        what: "bucket with Object Lock",
        region,
        why: expect.stringMatching(
          /^GOVERNANCE: .* 14 days .*s3:BypassGovernanceRetention/,
        ) as string,
        // 14 days of lock; 30 days of keeping, a chain of a day and 30 days of versions behind it.
        until: expect.stringMatching(/^2026-12-10 .* by 2027-01-26/) as string,
      });
    }
    expect(of("acme-recover-7f3a-eu-west-1-control")).toMatchObject({
      what: "bucket",
      until: "for ever",
    });
  });

  test("a COMPLIANCE lock is nobody's to lift", () => {
    const locked = changed("vault-primary-backups-lock", () => ({
      inputs: {
        bucket: "acme-recover-7f3a-eu-central-1-backups",
        rule: { defaultRetention: { mode: "COMPLIANCE", days: 365 } },
      },
    }));
    const left = of("acme-recover-7f3a-eu-central-1-backups", locked);
    expect(left?.why).toMatch(/by nobody's hand/);
    expect(left?.until).toMatch(/^2027-11-26/);
  });

  test("the database runs on; deleted by hand it leaves a snapshot and backups", () => {
    const left = report().left.find(({ what }) => what === "database");
    expect(left).toMatchObject({ name: "acme-test-g1-postgres", region: "eu-central-1" });
    expect(left?.until).toMatch(
      /snapshot acme-test-g1-postgres-final-e1-\S+ for ever and automated backups for 14 days/,
    );
    expect(left?.toRemove).toMatch(
      /--no-deletion-protection .*delete-db-instance .*--no-delete-automated-backups/,
    );
  });

  test("a database that destroy deletes leaves its backups", () => {
    const left = of(
      "acme-test-g1-postgres",
      changed("postgres-instance", () => ({ retainOnDelete: false })),
    );
    expect(left).toMatchObject({
      what: "database's backups",
      until: "2026-12-10; the snapshot for ever",
    });
  });

  test("copies of backups stay in the standby's region for their retention", () => {
    expect(of("id-of-postgres-replication")).toMatchObject({
      region: "eu-west-1",
      until: "2026-12-10",
    });
  });

  test("keys stay, and go 30 days after somebody schedules it", () => {
    const keys = report().left.filter(({ what }) => what === "key");
    expect(keys).toHaveLength(7);
    expect(keys[0]?.until).toMatch(/30 days later/);
    const going = of(
      "acme-test-g1: kafka",
      changed("keys-kafka", () => ({ retainOnDelete: false })),
    );
    expect(going).toMatchObject({ what: "key that is going", until: "2026-12-26" });
  });

  test("names of secrets are taken for a week, brokers and volumes stay", () => {
    expect(of("AmazonMSK_acme-test-g1-producer")).toMatchObject({ until: "2026-12-03" });
    expect(of("acme-test-g1-kafka")).toMatchObject({ what: "Kafka cluster", until: "for ever" });
    expect(of("acme/zookeeper")).toMatchObject({ what: "volumes" });
    expect(of("acme/clickhouse")).toMatchObject({ what: "volumes" });
    expect(of("acme-test-g1-hub/*")).toMatchObject({ what: "image repositories" });
    expect(of("acme-test-g1-eks")).toMatchObject({ until: "turned off" });
  });

  test("volumes go with their claims where a drill says so", () => {
    const gone = made.map((each) =>
      each.type.endsWith(":StorageClass")
        ? { ...each, inputs: { ...each.inputs, reclaimPolicy: "Delete" } }
        : each.type.endsWith(":Namespace")
          ? { ...each, retainOnDelete: false }
          : each,
    );
    expect(report(gone).left.filter(({ what }) => what === "volumes")).toEqual([]);
  });

  test("there is a command for every protected resource, and for no other", () => {
    const { unprotect, protectedBy } = report();
    const wanted = made.filter(({ protect }) => protect === true);
    expect(wanted.length).toBeGreaterThan(30);
    expect(protectedBy).toBe(wanted.length);
    expect(unprotect).toEqual(
      wanted.map(
        ({ type, name }) => `pulumi state unprotect --stack prod --yes '${urn(type, name)}'`,
      ),
    );
  });

  test("every retained resource is told, alone or by its type", () => {
    const { left, alsoKept } = report();
    const retained = made.filter(
      ({ retainOnDelete, type }) => retainOnDelete === true && !/^recover:(?!index)/.test(type),
    );
    const told = alsoKept.reduce((sum, { count }) => sum + count, 0);
    const alone = ["bucket", "bucket with Object Lock", "database", "key", "Kafka cluster"];
    expect(told + left.filter(({ what }) => alone.includes(what)).length).toBe(retained.length);
  });
});

describe("bad input", () => {
  test.each([
    ["no JSON", "not JSON", /is not JSON/],
    ["something else", JSON.stringify({ resources: [] }), /pulumi stack export --stack NAME/],
  ])("%s is refused", (_, text, said) => {
    expect(() => readState(text, "state.json")).toThrow(said);
  });

  test("an empty state leaves nothing", () => {
    const empty = readState(JSON.stringify({ version: 3, deployment: null }), "a test");
    expect(teardownOf("prod", empty, today)).toMatchObject({
      left: [],
      unprotect: [],
      resources: 0,
    });
  });

  test("what was only read is not told", () => {
    const state = {
      version: 3,
      deployment: {
        resources: [
          {
            urn: urn("aws:rds/instance:Instance", "adopted"),
            type: "aws:rds/instance:Instance",
            external: true,
          },
        ],
      },
    };
    expect(teardownOf("prod", readState(JSON.stringify(state), "a test"), today).left).toEqual([]);
  });
});
