import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as aws from "@pulumi/aws";
import { afterAll, describe, expect, test, vi } from "vitest";
import { main } from "./cli.ts";
import { StackBuilder } from "./testing/builder.ts";
import { stateOf } from "./testing/sources.ts";

const { version: packVersion } = JSON.parse(
  readFileSync(join(import.meta.dirname, "package.json"), "utf8"),
) as { version: string };
const folder = mkdtempSync(join(tmpdir(), "policies-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const write = (name: string, content: unknown) => {
  const file = join(folder, name);
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
};
const state = (
  name: string,
  build: (s: StackBuilder) => unknown,
  stack = "prod",
  region = "eu-central-1",
) => {
  const builder = new StackBuilder(stack, region);
  build(builder);
  return write(name, stateOf(builder));
};
const role = (s: StackBuilder) => s.add(aws.iam.Role, "role", { assumeRolePolicy: "{}" });
const clean = state("clean.json", role);
const dirty = state("dirty.json", (s) => s.add(aws.s3.Bucket, "scratch", { forceDestroy: true }));

/** Exit code, and what was printed. */
function run(...argv: string[]): { code: number; out: string; error: string } {
  let out = "";
  let error = "";
  const streams = [
    vi.spyOn(process.stdout, "write").mockImplementation((text) => ((out += String(text)), true)),
    vi.spyOn(process.stderr, "write").mockImplementation((text) => ((error += String(text)), true)),
  ];
  try {
    return { code: main(argv), out, error };
  } finally {
    for (const stream of streams) stream.mockRestore();
  }
}
const report = (...argv: string[]) => {
  const { code, out } = run(...argv, "--format", "json");
  const { stacks } = JSON.parse(out) as {
    stacks: {
      stack: string;
      clean: boolean;
      findings: Record<string, string>[];
      suppressions: object[];
    }[];
  };
  return { code, stacks };
};

describe("exit codes", () => {
  test("0: clean", () => {
    const { code, out } = run("--state", clean);
    expect(out).toMatch(/^prod: clean · 0 violations, 0 advice · 0 passed/m);
    expect(code).toBe(0);
  });

  test("1: what is violated, the setting, where it is documented", () => {
    const { code, out } = run("--state", dirty);
    expect(code).toBe(1);
    expect(out).toContain(
      "high     dr-no-force-destroy: a destroy deletes everything in Bucket scratch: set forceDestroy to false",
    );
    expect(out).toContain("urn:pulumi:prod::platform::aws:s3/bucket:Bucket::scratch");
    expect(out).toContain("https://www.pulumi.com/registry/packages/aws/api-docs/s3/bucket/");
    expect(out.indexOf("critical")).toBeLessThan(out.indexOf("high     "));
    expect(out).toContain("prod: NOT clean");
  });

  test("0: what only advises does not fail", () => {
    const config = write("advisory.json", { all: "advisory" });
    const { code, out } = run("--state", dirty, "--config", config);
    expect(code).toBe(0);
    expect(out).toMatch(/^Advice$/m);
    expect(out).not.toMatch(/^Violations$/m);
  });

  test.each([
    ["no file given", [], "nothing to check: give --state FILE or --preview FILE"],
    ["no such file", ["--state", join(folder, "none.json")], "none.json cannot be read"],
    ["no JSON", ["--state", write("text.json", "hello")], "text.json is not JSON"],
    ["no state", ["--state", write("list.json", [])], "is no exported state"],
    [
      "no state, but JSON",
      ["--state", write("other.json", { version: 3 })],
      "is no exported state (deployment",
    ],
    [
      "another generation's state",
      ["--state", write("v9.json", { version: 9, deployment: {} })],
      "has the state layout 9, this pack reads 3 and 4",
    ],
    ["no preview", ["--preview", clean], "is no saved preview"],
    [
      "settings that are none",
      ["--state", clean, "--config", write("bad.json", "{")],
      "bad.json is not JSON",
    ],
    [
      "an unknown rule",
      ["--state", clean, "--config", write("unknown.json", { rules: { x: "advisory" } })],
      "rules.x: there is no such rule",
    ],
    ["an unknown option", ["--state", clean, "--colour"], "unknown option '--colour'"],
    [
      "an unknown format",
      ["--state", clean, "--format", "xml"],
      "Allowed choices are text, json, sarif",
    ],
    [
      "one earlier state for two",
      ["--state", clean, "--state", dirty, "--previous", clean],
      "one stack at a time",
    ],
    [
      "a stack file without a stack",
      ["--state", clean, "--stack-file", write("prod.yaml", "")],
      "named Pulumi.STACK.yaml",
    ],
    [
      "a stack file that is no YAML",
      ["--state", clean, "--stack-file", write("Pulumi.prod.yaml", "a: [")],
      "is not YAML",
    ],
    [
      "a stack file that is none",
      ["--state", clean, "--stack-file", write("Pulumi.a.yaml", "config: 1")],
      "is no stack file",
    ],
  ])("2: %s", (_, argv, message) => {
    const { code, out, error } = run(...argv);
    expect(error).toContain(message);
    expect(code).toBe(2);
    expect(out).toBe("");
  });

  test("help is no mistake", () => {
    const { code, out } = run("--help");
    expect(code).toBe(0);
    expect(out).toContain("Exit codes: 0 clean · 1 violations · 2 bad input");
  });

  test("a type never seen, an empty state", () => {
    expect(
      run(
        "--state",
        state("odd.json", (s) => s.custom("acme:x/y:Z", "z", { a: null })),
      ).code,
    ).toBe(0);
    expect(run("--state", write("empty.json", { version: 3, deployment: {} })).code).toBe(0);
  });
});

describe("suppressions", () => {
  const config = (name: string, expires: string, rule = "dr-no-force-destroy") =>
    write(name, {
      all: "disabled",
      rules: { [rule]: "mandatory" },
      suppressions: [{ rule, resource: "scratch", reason: "holds nothing for an hour", expires }],
    });

  test("one that counts takes the violation away, and is listed", () => {
    const { code, out } = run("--state", dirty, "--config", config("s1.json", "2999-01-01"));
    expect(code).toBe(0);
    expect(out).toMatch(
      /rule +resource +status +reason\n +dr-no-force-destroy +scratch +used, until 2999-01-01 +holds nothing/,
    );
    expect(out).toContain("1 suppressed, 0 suppressions expired");
  });

  test("one that has run out fails, and the violation is back", () => {
    const { code, out } = run("--state", dirty, "--config", config("s2.json", "2020-01-01"));
    expect(code).toBe(1);
    expect(out).toMatch(/EXPIRED 2020-01-01/);
    expect(out).toContain("dr-no-force-destroy: a destroy deletes");
  });

  test("one that has run out fails although nothing is violated", () => {
    const { code, out } = run("--state", clean, "--config", config("s3.json", "2020-01-01"));
    expect(code).toBe(1);
    expect(out).toContain("prod: NOT clean");
  });

  test("one that nothing needs is listed as such", () => {
    const { code, out } = run("--state", clean, "--config", config("s4.json", "2999-01-01"));
    expect(code).toBe(0);
    expect(out).toContain("unused, until 2999-01-01");
  });
});

describe("more than one file", () => {
  const moved = state(
    "moved.json",
    (s) => s.add(aws.s3.Bucket, "events", { bucket: "e" }),
    "prod",
    "us-east-1",
  );
  const before = state("before.json", (s) => s.add(aws.s3.Bucket, "events", { bucket: "e" }));
  const only = (rule: string, more: object = {}) =>
    write(`only-${rule}.json`, { all: "disabled", rules: { [rule]: "mandatory" }, ...more });

  test("the earlier state shows a moved region", () => {
    const config = only("dr-region-unchanged");
    expect(run("--state", moved, "--config", config).code).toBe(0);
    const { code, out } = run("--state", moved, "--previous", before, "--config", config);
    expect(code).toBe(1);
    expect(out).toContain("Bucket events was in eu-central-1 and would be in us-east-1");
  });

  test("a peer, and its stack file", () => {
    const stacks = { prod: { objectives: { consumers: "active" } } };
    const config = only("dr-one-consumer", { stacks });
    const peer = state("dr.json", role, "dr");
    const file = write("Pulumi.dr.yaml", "config:\n  platform:consumers: active\n");
    expect(run("--state", clean, "--peer", peer, "--config", config).code).toBe(0);
    const { code, out } = run(
      "--state",
      clean,
      "--peer",
      peer,
      "--stack-file",
      file,
      "--config",
      config,
    );
    expect(code).toBe(1);
    expect(out).toContain("dr and prod would both consume events");
  });

  test("two states are each other's peers, and reported one by one", () => {
    const dr = state("dr2.json", role, "dr");
    const { stacks } = report("--state", clean, "--state", dr);
    expect(stacks.map(({ stack }) => stack)).toEqual(["prod", "dr"]);
    expect(run("--state", clean, "--state", dr).out).toMatch(/\n\ndr: clean · [^\n]+\n$/);
    const config = only("dr-parity", { stacks: { prod: { objectives: { role: "primary" } } } });
    expect(run("--state", before, "--state", dr, "--config", config).out).toContain(
      "prod has a bucket, dr has none",
    );
  });

  test("one of two that is violated is enough to fail", () => {
    const dr = state("dr3.json", role, "dr");
    const { code, stacks } = report("--state", dirty, "--state", dr);
    expect(stacks.map(({ clean }) => clean)).toEqual([false, true]);
    expect(code).toBe(1);
  });

  test("another stack's file is not its own", () => {
    const file = write("Pulumi.test.yaml", "config:\n  platform:consumers: active\n");
    const config = only("dr-one-consumer");
    const { stacks } = report("--state", clean, "--stack-file", file, "--config", config);
    expect(stacks[0]?.findings.map(({ kind }) => kind)).toEqual(["notApplicable"]);
  });

  test("the key of the secrets, from the stack file", () => {
    const file = write(
      "Pulumi.prod.yaml",
      "secretsprovider: awskms://alias/x?region=eu-central-1\n",
    );
    const objectives = { primaryRegion: "eu-central-1", backend: "https://api.pulumi.com" };
    const config = only("dr-pulumi-outlives-region", { objectives });
    expect(run("--state", clean, "--stack-file", file, "--config", config).out).toContain(
      "the key of the stack's secrets is in eu-central-1",
    );
  });
});

describe("formats", () => {
  test("JSON holds every finding", () => {
    const { code, stacks } = report("--state", dirty);
    expect(code).toBe(1);
    expect(stacks[0]).toMatchObject({ stack: "prod", clean: false });
    expect(stacks[0]?.findings).toContainEqual({
      rule: "dr-no-force-destroy",
      severity: "high",
      level: "mandatory",
      urn: "urn:pulumi:prod::platform::aws:s3/bucket:Bucket::scratch",
      kind: "violation",
      message: "a destroy deletes everything in Bucket scratch: set forceDestroy to false",
    });
    expect(stacks[0]?.findings.map(({ kind }) => kind)).toContain("notApplicable");
  });

  test("SARIF goes into a file; suppressed results say so", () => {
    const config = write("sarif.json", {
      suppressions: [
        {
          rule: "dr-no-force-destroy",
          resource: "scratch",
          reason: "holds nothing for an hour",
          expires: "2999-01-01",
        },
      ],
    });
    const file = join(folder, "out.sarif");
    const { code, out } = run(
      ...["--state", dirty, "--config", config, "--format", "sarif"],
      ...["--output", file, "--source", "stacks/index.ts"],
    );
    expect([code, out]).toEqual([1, ""]);
    const { version, runs } = JSON.parse(readFileSync(file, "utf8")) as {
      version: string;
      runs: {
        tool: { driver: { version: string; rules: { id: string }[] } };
        automationDetails: { id: string };
        results: {
          ruleId: string;
          ruleIndex: number;
          level: string;
          suppressions?: unknown;
          locations: unknown;
          partialFingerprints: object;
        }[];
      }[];
    };
    expect(version).toBe("2.1.0");
    const [first] = runs;
    expect(first?.automationDetails.id).toBe("policies/prod");
    expect(first?.tool.driver.version).toBe(packVersion);
    const result = first?.results.find(({ ruleId }) => ruleId === "dr-no-force-destroy");
    expect(first?.tool.driver.rules[result?.ruleIndex ?? -1]?.id).toBe("dr-no-force-destroy");
    expect(result).toMatchObject({
      level: "error",
      suppressions: [{ kind: "external", justification: "holds nothing for an hour" }],
      locations: [{ physicalLocation: { artifactLocation: { uri: "stacks/index.ts" } } }],
    });
    expect(first?.results.some(({ level }) => level === "warning")).toBe(true);
    expect(
      new Set(first?.results.map((each) => JSON.stringify(each.partialFingerprints))).size,
    ).toBe(first?.results.length);
  });
});
