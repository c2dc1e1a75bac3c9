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
  const all = new Map<string, Asked>();
  for (const policy of policies) {
    if (!("validateStack" in policy)) continue;
    all.set(policy.name, ask(policy, resources, configOf(rules, settings)[policy.name]));
  }
  return all;
}

interface Asked {
  readonly level: string | undefined;
  readonly said: readonly Reported[];
  readonly notApplicable?: string;
}

/** What is disabled is not asked. */
function ask(
  policy: StackValidationPolicy,
  resources: PolicyResource[],
  config: object = {},
): Asked {
  const said: Reported[] = [];
  if (policy.enforcementLevel === "disabled") return { level: "disabled", said };
  const { enforcementLevel: _, ...own } = config as Record<string, unknown>;
  let notApplicable: string | undefined;
  const args = {
    resources,
    stackTags: new Map<string, string>(),
    getConfig: () => own as never,
    notApplicable: (reason?: string): never => {
      notApplicable = reason ?? "without a reason";
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
    const one = check({}, (s) => {
      bucket(s);
      s.add(aws.s3.Bucket, "logs", { tags: { "recover:data": "none" } });
    });
    expect(one.get("s3-logged")?.said).toHaveLength(1);
    expect(one.get("s3-logged")?.notApplicable).toBeUndefined();
  });

  test("what a preview does not know is listed, and switches no other rule off", () => {
    const all = check({}, (s) => s.add(aws.s3.Bucket, "events", { forceDestroy: notKnown() }));
    expect(all.get("dr-no-force-destroy")?.said).toEqual([]);
    expect(all.get("s3-versioned")?.said).toHaveLength(1);
    expect(all.get("summary")?.level).toBe("advisory");
    expect(all.get("summary")?.said.map(({ message }) => message)).toEqual([
      "Not known before the update:\n" +
        "  dr-no-force-destroy: forceDestroy of Bucket events is not known yet",
    ]);
  });

  test("where all is known and nothing accepted, the summary says nothing", () => {
    const only = { all: "disabled", rules: { "dr-no-force-destroy": "mandatory" } };
    expect(check(only, bucket).get("summary")?.said).toEqual([]);
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
    expect(current.get("summary")?.said[0]?.message).toMatch(
      /^Suppressions\n  rule .*\n  dr-no-force-destroy .*used, until 2026-11-25/,
    );
    expect(current.get("suppressions-current")?.said).toEqual([]);
    const expired = check(suppress("2026-11-24"), bucket);
    expect(expired.get("dr-no-force-destroy")?.said).toHaveLength(1);
    expect(expired.get("suppressions-current")?.level).toBe("mandatory");
    expect(expired.get("suppressions-current")?.said[0]?.message).toBe(
      "the suppression of dr-no-force-destroy for events ran out on 2026-11-24: " +
        "mend what it accepts, or give it a new day and reason",
    );
  });

  test("advice of a mandatory rule does not stop the update", () => {
    const raw = {
      stacks: {
        prod: { objectives: { consumers: "active" } },
        dr: { objectives: { role: "standby", mode: "failover" } },
      },
    };
    const summaryOf = (all: ReadonlyMap<string, Asked>) =>
      all
        .get("summary")
        ?.said.map(({ message }) => message)
        .join("\n");
    const advice = "dr-one-consumer: dr and prod would both consume events";
    const all = check(raw, bucket, "state");
    expect(all.get("dr-one-consumer")?.said).toEqual([]);
    expect(summaryOf(all)).toContain(advice);
    const accepted = {
      rule: "dr-one-consumer",
      resource: "stack",
      reason: "the old one is gone for good",
      expires: "2026-11-30",
    };
    const quiet = check({ ...raw, suppressions: [accepted] }, bucket, "state");
    expect(summaryOf(quiet)).toContain("the old one is gone for good");
    expect(summaryOf(quiet)).not.toContain(advice);
  });
});

describe("what the engine is told of the policies", () => {
  const all = () => policiesOf(rules, readSettings({}, "prod", rules), {}, () => new Date());
  const named = (wanted: string) => all().find(({ name }) => name === wanted);

  test("the settings of each rule, and what it covers", () => {
    const rule = rules.find(({ id }) => id === "rds-backups-kept");
    expect(named("rds-backups-kept")).toMatchObject({
      severity: "high",
      tags: ["disaster-recovery", ...(rule?.covers ?? [])],
      configSchema: { properties: { minimumDays: { type: "integer", default: 7 } } },
    });
  });

  test("what only collects or sums up stops nothing", () => {
    expect(named("inputs")?.enforcementLevel).toBe("advisory");
    expect(named("summary")?.enforcementLevel).toBe("advisory");
  });

  test("every policy says what it is for", () => {
    for (const { name, description } of all()) expect(description, name).toMatch(/^[A-Z].{10}/);
  });
});

test("the next request is judged by its own resources", async () => {
  const settings = readSettings({}, "prod", rules);
  const policies = policiesOf(rules, settings, { name: "prod" }, () => new Date("2026-11-25"));
  const policy = policies.find(({ name }) => name === "dr-no-force-destroy");
  const said = (forceDestroy: boolean) => {
    const builder = new StackBuilder("prod");
    builder.add(aws.s3.Bucket, "events", { forceDestroy });
    return ask(policy as StackValidationPolicy, engineView(builder, "preview").resources).said;
  };
  expect(said(true)).toHaveLength(1);
  await new Promise(setImmediate);
  expect(said(false)).toEqual([]);
});

test("every name is one that the engine takes, none is given twice", () => {
  const policies = policiesOf(rules, readSettings({}, "prod", rules), {}, () => new Date());
  const names = policies.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).not.toContain("all");
  for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]*$/);
});
