import { describe, expect, test } from "vitest";
import { factsOf } from "../testing/facts.ts";
import { kubernetes } from "../types.ts";
import { Resource } from "./resource.ts";
import { sameNamespace, selects } from "./selectors.ts";
import { NotKnown, Reader, unknown, type Branch, type Tree } from "./value.ts";

const expression = (operator: string, ...values: readonly string[]) => ({
  matchExpressions: [{ key: "app", operator, values }],
});

describe("a selector", () => {
  test.each([
    ["takes all", {}, {}, true],
    ["takes a label", { matchLabels: { app: "db" } }, { app: "db", tier: "1" }, true],
    ["leaves another value", { matchLabels: { app: "db" } }, { app: "web" }, false],
    ["leaves what has no such label", { matchLabels: { app: "db" } }, { tier: "1" }, false],
    ["asks for nothing by a label without a value", { matchLabels: { app: null } }, {}, true],
    ["wants every label", { matchLabels: { app: "db", tier: "2" } }, { app: "db" }, false],
    ["In: one of these", expression("In", "web", "db"), { app: "db" }, true],
    ["In: none of these", expression("In", "web"), { app: "db" }, false],
    ["In: no such label", expression("In", "web"), {}, false],
    ["NotIn: one of these", expression("NotIn", "web", "db"), { app: "db" }, false],
    ["NotIn: none of these", expression("NotIn", "web"), { app: "db" }, true],
    ["NotIn: no such label", expression("NotIn", "web"), {}, true],
    ["Exists", expression("Exists"), { app: "db" }, true],
    ["Exists: no such label", expression("Exists"), {}, false],
    ["DoesNotExist", expression("DoesNotExist"), { app: "db" }, false],
    ["DoesNotExist: no such label", expression("DoesNotExist"), {}, true],
  ] as [string, Branch, Branch, boolean][])("%s", (_, selector, labels, expected) => {
    expect(selects(new Reader(selector, "s"), new Reader(labels, "w"))).toBe(expected);
  });
});

describe("two objects in one namespace", () => {
  const of = (namespace: Tree, ...sources: readonly string[]) =>
    new Resource(
      factsOf(kubernetes.deployment, {
        outputs: { metadata: { namespace } },
        propertyDependencies: sources.length === 0 ? {} : { metadata: sources },
      }),
    );

  test.each([
    ["by its name", of("data"), of("data"), true],
    ["another name", of("data"), of("web"), false],
    ["none, which is the default one", of(undefined), of("default"), true],
    [
      "not known, from the same resource",
      of(unknown, "urn:a", "urn:n"),
      of(unknown, "urn:n"),
      true,
    ],
  ])("%s", (_, a, b, expected) => {
    expect(sameNamespace(a, b)).toBe(expected);
  });

  test.each([
    ["from another resource", of(unknown, "urn:a"), of(unknown, "urn:n")],
    ["one from nothing", of(unknown), of(unknown, "urn:n")],
    ["the other one from nothing", of(unknown, "urn:n"), of(unknown)],
    ["only one of them", of(unknown, "urn:n"), of("data", "urn:n")],
  ])("is not known: %s", (_, a, b) => {
    expect(() => sameNamespace(a, b)).toThrow(NotKnown);
  });
});
