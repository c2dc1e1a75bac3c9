import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { processResource } from "./process.ts";
import { stepResource } from "./step.ts";
import { UNKNOWN, changedNames, fromStruct, hasUnknown, toStruct } from "./values.ts";
import type { Properties } from "./values.ts";

const spec = {
  name: "east/kafka-1",
  home: "/data/east/kafka-1",
  argv: ["/usr/bin/java"],
  ports: { sasl: 27001 },
  health: { kind: "tcp", port: 27001 },
};

describe("what a Process checks", () => {
  const properties = (change: Properties) =>
    processResource.check({ ...spec, ...change }).map((failure) => failure.property);

  test.each<[Properties, string[]]>([
    [{}, []],
    [{ env: null, retainData: null }, []],
    [{ ports: { sasl: "27001" } }, ["ports.sasl"]],
    [{ health: { kind: "smell" } }, ["health.kind"]],
    [{ stopSignal: "SIGKILL" }, ["stopSignal"]],
    [{ pots: {} }, ["unrecognized_keys"]],
    [{ home: "data/east" }, [""]],
    [{ home: "/data/../etc" }, [""]],
    [{ ports: { one: 27001, two: 27001 } }, [""]],
    [{ files: [{ path: "../evil", content: "" }] }, [""]],
  ])("%j", (change, failures) => {
    expect(properties(change)).toEqual(failures);
  });

  test("what is not known yet is not wrong", () => {
    const unknown = Object.fromEntries(Object.keys(spec).map((name) => [name, UNKNOWN]));
    expect(processResource.check(unknown)).toEqual([]);
    expect(properties({ files: [{ path: "conf/a", content: UNKNOWN }] })).toEqual([]);
  });
});

describe("what a Step checks", () => {
  test.each<[Properties, string[]]>([
    [{ command: "../../etc/passwd" }, ["command", "command"]],
    [{ command: "no-such-command" }, ["command"]],
    [{ command: UNKNOWN, params: UNKNOWN, connection: UNKNOWN }, []],
    [{ command: UNKNOWN, guard: "yes" }, ["guard"]],
    [{ command: UNKNOWN, trigers: [] }, ["trigers"]],
  ])("%j", (news, failures) => {
    expect(stepResource.check(news).map((failure) => failure.property)).toEqual(failures);
  });
});

describe("properties on the wire", () => {
  test("come back as they went, but for what JSON does not have", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (properties) => {
        const text = JSON.stringify(properties);
        // google-protobuf cannot hold it, and no property of a resource is called so.
        fc.pre(!text.includes("__proto__"));
        const plain = JSON.parse(text) as Properties;
        const back = fromStruct(toStruct(properties));
        expect(back).toEqual(plain);
        expect(changedNames(back, plain)).toEqual([]);
      }),
    );
    expect(fromStruct(toStruct({ a: undefined, b: 1 }))).toEqual({ b: 1 });
    expect(fromStruct(undefined)).toEqual({});
  });

  test("absent and null are the same; an unknown part is found at any depth", () => {
    expect(changedNames({ a: null, b: 1 }, { b: 2 })).toEqual(["b"]);
    expect(hasUnknown({ a: [{ b: UNKNOWN }] })).toBe(true);
    expect(hasUnknown({ a: [{ b: "x" }, null] })).toBe(false);
  });
});

test("there is one copy of Pulumi's SDK and of its messages: two do not know each other", async () => {
  const lock = JSON.parse(
    await readFile(new URL("../package-lock.json", import.meta.url), "utf8"),
  ) as { packages: Record<string, unknown> };
  for (const name of ["@pulumi/pulumi", "google-protobuf", "@grpc/grpc-js"]) {
    const copies = Object.keys(lock.packages).filter((path) =>
      path.endsWith(`node_modules/${name}`),
    );
    expect(copies).toEqual([`node_modules/${name}`]);
  }
});
