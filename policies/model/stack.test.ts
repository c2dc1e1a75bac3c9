import { describe, expect, test } from "vitest";
import { factsOf, stackOf } from "../testing/facts.ts";
import { aws } from "../types.ts";
import type { ProviderFacts, ResourceFacts } from "./resource.ts";
import { unknown, type Branch, type Tree } from "./value.ts";

const bucket = (name: string, outputs: ResourceFacts["outputs"] = {}) =>
  factsOf(aws.bucket, { name, outputs: { id: name, arn: `arn:aws:s3:::${name}`, ...outputs } });

describe("a stack", () => {
  test("has the name that is told, else that of its first resource", () => {
    expect(stackOf([bucket("a")]).name).toBe("prod");
    expect(stackOf([bucket("a")], { name: "dr" }).name).toBe("dr");
    expect(stackOf([]).name).toBe("");
  });

  test("does not manage what is only read into it", () => {
    const stack = stackOf([bucket("a"), { ...bucket("b"), external: true }]);
    expect(stack.of(aws.bucket).map(({ name }) => name)).toEqual(["a"]);
  });

  test.each([
    ["standby", undefined, "standby"],
    ["primary", undefined, "primary"],
    ["primary", "standby", "standby"],
    ["observer", undefined, undefined],
  ] as const)("set up as %s, declared as %s: %s", (role, declared, expected) => {
    const objectives = declared === undefined ? {} : { role: declared };
    const stack = stackOf([], { config: { "platform:role": role } }, { objectives });
    expect(stack.role).toBe(expected);
  });
});

describe("where a property leads", () => {
  const vague: Branch = { id: unknown, arn: unknown };
  /** A versioning of that value, which comes from resources of these names. */
  const versions = (value: Tree, ...sources: readonly string[]) =>
    factsOf(aws.bucketVersioning, {
      outputs: { bucket: value },
      propertyDependencies:
        sources.length === 0 ? {} : { bucket: sources.map((name) => bucket(name).urn) },
    });
  const table: readonly (readonly [string, ResourceFacts[], string])[] = [
    ["by its value", [bucket("a"), versions("a")], "a"],
    ["by its ARN", [bucket("a"), versions("arn:aws:s3:::a", "b"), bucket("b")], "a"],
    ["nowhere", [bucket("a"), versions(undefined, "a")], "nothing"],
    ["elsewhere", [bucket("a"), versions("b")], "elsewhere"],
    ["not known, from nothing", [bucket("a"), versions(unknown)], "unknown"],
    ["not known, from one", [bucket("a"), versions(unknown, "a"), bucket("b")], "a"],
    ["not known, from two", [bucket("a"), versions(unknown, "a", "b"), bucket("b")], "unknown"],
    ["a text with a name in it that is not known", [bucket("a", vague), versions("x-1", "a")], "a"],
    ["only the id is not known", [bucket("a", { id: unknown }), versions("x-1", "a")], "a"],
    ["only the ARN is not known", [bucket("a", { arn: unknown }), versions("x-1", "a")], "a"],
    ["a text with a known name in it", [bucket("a"), versions("a-logs", "a")], "elsewhere"],
  ];
  test.each(table)("%s", (_, resources, expected) => {
    const stack = stackOf(resources);
    const [owner] = stack.of(aws.bucketVersioning);
    const target = owner && stack.target(owner, "bucket", aws.bucket);
    expect(target?.resource?.name ?? target?.kind).toBe(expected);
  });

  test("deep within a property", () => {
    const owner = factsOf(aws.bucketReplication, {
      outputs: { rules: [{ destination: { bucket: unknown } }] },
      propertyDependencies: { rules: [bucket("a").urn] },
    });
    const stack = stackOf([bucket("a"), owner]);
    const [replication] = stack.of(aws.bucketReplication);
    expect(
      replication && stack.target(replication, "rules.0.destination.bucket", aws.bucket),
    ).toMatchObject({ kind: "resource", resource: { name: "a" } });
  });
});

describe("the region of a resource", () => {
  const provider = (region: Tree): ProviderFacts => {
    const properties: Branch = { region };
    return { name: "aws", properties };
  };
  const arn = "arn:aws:kms:eu-west-3:1:key/a";
  const table: readonly (readonly [string, Partial<ResourceFacts>, string | undefined])[] = [
    ["its own first", { outputs: { region: "a", arn }, provider: provider("b") }, "a"],
    ["then its provider's", { outputs: { arn }, provider: provider("b") }, "b"],
    ["then its ARN's", { outputs: { arn }, provider: provider(undefined) }, "eu-west-3"],
    [
      "its ARN's while its provider's is not known",
      { outputs: { arn }, provider: provider(unknown) },
      "eu-west-3",
    ],
    [
      "an ARN without one",
      { outputs: { arn: "arn:aws:s3:::a" }, provider: provider("") },
      undefined,
    ],
    ["the stack's, without a provider", {}, "eu-central-1"],
  ];
  test.each(table)("%s", (_, more, expected) => {
    const stack = stackOf([factsOf(aws.kmsKey, more)], {
      config: { "aws:region": "eu-central-1" },
    });
    const [key] = stack.resources;
    expect(key && stack.regionIfKnown(key)).toBe(expected);
  });
});
