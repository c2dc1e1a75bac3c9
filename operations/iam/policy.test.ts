import { beforeAll, describe, expect, test } from "vitest";
import type { Asked } from "../stack/asked.ts";
import { openStack, type OpenStack } from "../stack/open.ts";
import {
  addedBy,
  longestPolicy,
  policiesFor,
  sizeOf,
  unknownTypes,
  type Policy,
} from "./policy.ts";
import { table } from "./table.ts";

const stacks: Record<string, OpenStack> = {};
beforeAll(async () => {
  stacks["prod"] = await openStack("prod");
  stacks["firehose"] = await openStack("prod", { instead: { archive: { kind: "firehose" } } });
  stacks["pilot light"] = await openStack("dr", { instead: { mode: "pilot-light" } });
  stacks["failover"] = await openStack("dr");
  stacks["reprotected"] = await openStack("dr", { instead: { mode: "reprotect" } });
}, 900_000);

const open = (name: string): OpenStack => {
  const found = stacks[name];
  if (found === undefined) throw new Error(`no stack ${name}`);
  return found;
};
const policiesOf = (name: string, asked: readonly Asked[] = open(name).asked, failover = false) => {
  const { name: stack, settings, asked: all } = open(name);
  return policiesFor({ stack, settings, asked, all, failover });
};
const onTheDay = () =>
  policiesOf("failover", addedBy(open("failover").asked, open("pilot light").asked), true);
const actionsOf = (policies: readonly Policy[]) =>
  policies.flatMap(({ document }) => document.Statement.flatMap(({ Action }) => Action));

describe("the table", () => {
  test("has a row for every type of AWS that a stack asks for", () => {
    for (const [name, { asked }] of Object.entries(stacks)) {
      expect(asked.filter(({ type }) => type.startsWith("aws:")).length, name).toBeGreaterThan(100);
      expect(unknownTypes(asked), name).toEqual([]);
    }
  });

  test("refuses a type that it has no row for", () => {
    const strange: Asked = {
      type: "aws:dynamodb/table:Table",
      name: "t",
      inputs: {},
      region: "eu-west-1",
    };
    expect(() => policiesOf("prod", [strange])).toThrow(
      /no row for aws:dynamodb\/table:Table.*service-authorization/,
    );
  });

  test("has no row that nobody needs", () => {
    const asked = new Set(
      Object.values(stacks).flatMap((each) => each.asked.map(({ type }) => type)),
    );
    expect(Object.keys(table).filter((type) => !asked.has(type))).toEqual([]);
  });

  test("deletes nothing that holds data", () => {
    const all = Object.values(table).flatMap(({ actions }) => actions);
    const deadly =
      /:(DeleteBucket|DeleteDBInstance|DeleteCluster|ScheduleKeyDeletion|DeleteVpc|BypassGovernanceRetention)$/;
    expect(all.filter((action) => deadly.test(action))).toEqual([]);
    expect(all.filter((action) => action.includes("*"))).toEqual([]);
  });
});

describe.each(["prod", "firehose", "pilot light"])("policies of %s", (name) => {
  test("fit into what IAM takes", () => {
    for (const { document } of policiesOf(name)) {
      expect(sizeOf(document.Statement)).toBeLessThanOrEqual(longestPolicy);
      const sids = document.Statement.map(({ Sid }) => Sid);
      expect(new Set(sids).size).toBe(sids.length);
    }
  });

  test("hold every action of every type", () => {
    const actions = new Set(actionsOf(policiesOf(name)));
    const wanted = open(name).asked.flatMap(({ type }) => table[type]?.actions ?? []);
    expect(wanted.filter((action) => !actions.has(action))).toEqual([]);
  });

  test("name the stack's own, or its regions alone", () => {
    const { settings } = open(name);
    const regions = new Set([settings.region, settings.standbyRegion]);
    for (const { document } of policiesOf(name)) {
      for (const { Resource, Condition, Sid } of document.Statement) {
        if (Resource === "*") {
          const asked = Condition?.["StringEquals"]?.["aws:RequestedRegion"] ?? [];
          expect(asked.length, Sid).toBeGreaterThan(0);
          expect(
            asked.filter((region) => !regions.has(region)),
            Sid,
          ).toEqual([]);
        } else {
          for (const arn of Resource)
            expect(arn, Sid).toMatch(/acme|:role\/|:secret:AmazonMSK_acme/);
        }
      }
    }
  });

  test("make the roles that the stack asks for", () => {
    expect(actionsOf(policiesOf(name))).toEqual(
      expect.arrayContaining(["iam:CreateRole", "iam:PutRolePolicy"]),
    );
  });
});

describe("after the day", () => {
  test("the copy's buckets are among those that a reprotected standby may reach, in its own region and theirs", () => {
    const text = JSON.stringify(policiesOf("reprotected"));
    for (const name of ["acme-recover-7f3a-*", "acme-recover-7f3a-2-*"]) {
      expect(text).toContain(`arn:aws:s3:::${name}`);
    }
    expect(text).toContain("arn:aws:s3:::acme-recover-7f3a-2-eu-central-1-control/*");
    expect(text).toContain('"aws:RequestedRegion":["eu-central-1","eu-west-1"]');
    expect(JSON.stringify(policiesOf("failover"))).not.toContain("acme-recover-7f3a-2");
  });
});

describe("on the day", () => {
  test("a failover makes nothing of IAM and nothing of DNS", () => {
    const actions = actionsOf(onTheDay());
    expect(actions.length).toBeGreaterThan(50);
    expect(actions.filter((action) => action.startsWith("iam:"))).toEqual(["iam:PassRole"]);
    expect(actions.filter((action) => /^route53/.test(action))).toEqual([]);
  });

  test("calls no region but its own", () => {
    expect(JSON.stringify(onTheDay())).not.toContain("eu-central-1");
  });

  test("may make what a pilot light has not: engines, nodes, archive", () => {
    expect(actionsOf(onTheDay())).toEqual(
      expect.arrayContaining([
        "rds:RestoreDBInstanceToPointInTime",
        "kafka:CreateClusterV2",
        "kafkaconnect:CreateConnector",
        "eks:UpdateNodegroupConfig",
      ]),
    );
  });

  test("would be seen to need IAM, if it added a role to its pilot light", () => {
    const extra: Asked = {
      type: "aws:iam/role:Role",
      name: "new",
      inputs: {},
      region: "eu-west-1",
    };
    const added = addedBy([...open("failover").asked, extra], open("pilot light").asked);
    expect(actionsOf(policiesOf("failover", added, true))).toContain("iam:CreateRole");
  });
});
