import * as aws from "@pulumi/aws";
import type {
  PolicyResource,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { describe, expect, test } from "vitest";
import { configOf, policiesOf } from "./engine.ts";
import { rules } from "./index.ts";
import { readSettings } from "./settings/index.ts";
import { notKnown, StackBuilder } from "./testing/builder.ts";
import { engineView } from "./testing/sources.ts";

interface Reported {
  readonly message: string;
  readonly urn: string | undefined;
}

/** Runs the pack as the engine does: each resource before its step, then every stack policy. */
function check(
  raw: unknown,
  build: (s: StackBuilder) => unknown,
  phase: "preview" | "state" = "preview",
) {
  const settings = readSettings(raw, "prod", rules);
  const policies = policiesOf(rules, settings, { name: "prod" }, () => new Date("2026-11-25"));
  const builder = new StackBuilder("prod");
  build(builder);
  const { resources, inputs } = engineView(builder, phase);
  const collector = policies.find((each) => "validateResource" in each) as ResourceValidationPolicy;
  const collect = collector.validateResource as (args: object, report: () => void) => void;
  for (const [urn, props] of inputs) collect({ urn, props }, () => undefined);
  const all = new Map<
    string,
    { level: string | undefined; said: Reported[]; notApplicable?: string }
  >();
  for (const policy of policies) {
    if (!("validateStack" in policy)) continue;
    all.set(policy.name, ask(policy, resources, configOf(rules, settings)[policy.name]));
  }
  return all;
}

function ask(policy: StackValidationPolicy, resources: PolicyResource[], config: object = {}) {
  const said: Reported[] = [];
  const { enforcementLevel: _, ...own } = config as Record<string, unknown>;
  let notApplicable: string | undefined;
  const args = {
    resources,
    stackTags: new Map<string, string>(),
    getConfig: () => own as never,
    notApplicable: (reason?: string): never => {
      notApplicable = reason;
      throw new Error("not applicable");
    },
  };
  try {
    void policy.validateStack(args, (message, urn) => said.push({ message, urn }));
  } catch (error) {
    if ((error as Error).message !== "not applicable") throw error;
  }
  return {
    level: policy.enforcementLevel,
    said,
    ...(notApplicable === undefined ? {} : { notApplicable }),
  };
}

const bucket = (s: StackBuilder) => s.add(aws.s3.Bucket, "events", { forceDestroy: true });
const urn = "urn:pulumi:prod::platform::aws:s3/bucket:Bucket::events";

describe("the pack on the engine", () => {
  test("a violation names its resource, says what to do, and where it is documented", () => {
    const found = check({}, bucket).get("dr-no-force-destroy");
    expect(found?.level).toBe("mandatory");
    expect(found?.said).toEqual([
      {
        urn,
        message: expect.stringMatching(
          /^a destroy deletes everything in Bucket events[^]*Take `forceDestroy` out[^]*https:/,
        ) as string,
      },
    ]);
  });

  test("levels come from the settings", () => {
    const all = check({ all: "advisory", rules: { "dr-no-force-destroy": "mandatory" } }, bucket);
    expect(all.get("s3-versioned")?.level).toBe("advisory");
    expect(all.get("dr-no-force-destroy")?.level).toBe("mandatory");
    expect(all.get("dr-vault-locked")?.level).toBe("disabled");
  });

  test("a rule's settings reach it", () => {
    const db = (s: StackBuilder) =>
      s.add(aws.rds.Instance, "db", { instanceClass: "x", backupRetentionPeriod: 7 });
    expect(check({}, db).get("rds-backups-kept")?.said).toEqual([]);
    const strict = { rules: { "rds-backups-kept": { minimumDays: 14 } } };
    expect(check(strict, db).get("rds-backups-kept")?.said).toHaveLength(1);
  });

  test("what concerns nothing says so", () => {
    expect(check({}, bucket).get("msk-tls")?.notApplicable).toBe("the stack has no Cluster");
    expect(check({}, bucket).get("s3-versioned")?.notApplicable).toBeUndefined();
  });

  test("what a preview does not know is listed, and switches no other rule off", () => {
    const all = check({}, (s) => s.add(aws.s3.Bucket, "events", { forceDestroy: notKnown() }));
    expect(all.get("dr-no-force-destroy")?.said).toEqual([]);
    expect(all.get("s3-versioned")?.said).toHaveLength(1);
    expect(all.get("summary")?.level).toBe("advisory");
    expect(all.get("summary")?.said[0]?.message).toMatch(
      /Not known before the update:[^]*dr-no-force-destroy: forceDestroy of Bucket events is not known/,
    );
  });

  test("a property that was not set counts as not set, although its output is not known yet", () => {
    const all = check({}, (s) => s.add(aws.rds.Instance, "db", { instanceClass: "x" }));
    expect(all.get("rds-backups-kept")?.said[0]?.message).toContain("keeps backups for 0 days");
  });

  const suppress = (expires: string) => ({
    suppressions: [
      { rule: "dr-no-force-destroy", resource: "events", reason: "holds nothing at all", expires },
    ],
  });

  test("a suppression that counts is listed, one that has run out fails", () => {
    const current = check(suppress("2026-11-25"), bucket);
    expect(current.get("dr-no-force-destroy")?.said).toEqual([]);
    expect(current.get("summary")?.said[0]?.message).toContain("used, until 2026-11-25");
    expect(current.get("suppressions-current")?.said).toEqual([]);
    const expired = check(suppress("2026-11-24"), bucket);
    expect(expired.get("dr-no-force-destroy")?.said).toHaveLength(1);
    expect(expired.get("suppressions-current")?.level).toBe("mandatory");
    expect(expired.get("suppressions-current")?.said[0]?.message).toContain(
      "the suppression of dr-no-force-destroy for events ran out on 2026-11-24",
    );
  });

  test("advice of a mandatory rule does not stop the update", () => {
    const raw = {
      stacks: {
        prod: { objectives: { consumers: "active" } },
        dr: { objectives: { role: "standby", mode: "failover" } },
      },
    };
    const all = check(raw, bucket, "state");
    expect(all.get("dr-one-consumer")?.said).toEqual([]);
    expect(
      all
        .get("summary")
        ?.said.map(({ message }) => message)
        .join("\n"),
    ).toContain("dr-one-consumer: dr and prod would both consume events");
  });
});

test("every name is one that the engine takes, none is given twice", () => {
  const policies = policiesOf(rules, readSettings({}, "prod", rules), {}, () => new Date());
  const names = policies.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).not.toContain("all");
  for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]*$/);
});
