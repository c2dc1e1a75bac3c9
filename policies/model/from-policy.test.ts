import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { treeOf } from "./from-policy.ts";
import { unknownCheckingProxy } from "./unknown-values.ts";
import { unknown } from "./value.ts";

const sentinel = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

test("properties as they are, and what is not known within them", () => {
  const props = { a: { b: [1, sentinel, null] }, c: sentinel };
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 7;
  expect(treeOf(unknownCheckingProxy(props))).toEqual({ a: { b: [1, unknown, null] }, c: unknown });
  // Errors to come have their traces.
  expect(Error.stackTraceLimit).toBe(7);
  Error.stackTraceLimit = limit;
});

test("nothing is looked for in files and archives", () => {
  const props = { code: new pulumi.asset.StringAsset("x"), empty: null };
  expect(treeOf(props)).toEqual({ code: {}, empty: null });
});

test("a fault in reading is no unknown value", () => {
  const fault = new TypeError("no such field");
  const props = {
    get broken() {
      throw fault;
    },
  };
  expect(() => treeOf(props)).toThrow(fault);
});
