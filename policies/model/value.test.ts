import { describe, expect, test } from "vitest";
import { NotKnown, orNotKnown, overlay, Reader, unknown, type Branch } from "./value.ts";

const reader = new Reader(
  {
    text: "a",
    number: "7",
    yes: true,
    word: "false",
    empty: "",
    nothing: null,
    open: unknown,
    list: [{ name: "x" }, { name: unknown }],
    one: [{ inner: { deep: 1 }, a1: 5, "1a": 6 }],
    long: ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"],
    "dotted.key": 5,
    json: '{"a":[1]}',
    bad: "{",
  },
  "Bucket b",
);

describe("reading", () => {
  test("values by their paths", () => {
    expect(reader.string("text")).toBe("a");
    expect(reader.string("yes")).toBe("true");
    expect(reader.number("number")).toBe(7);
    expect(reader.boolean("yes")).toBe(true);
    expect(reader.boolean("word")).toBe(false);
    expect(reader.string("list.0.name")).toBe("x");
    expect(reader.number("one.inner.deep")).toBe(1);
    expect([reader.number("one.a1"), reader.number("one.1a")]).toEqual([5, 6]);
    expect(reader.string("long.10")).toBe("k");
    expect(reader.json("one")?.number("a1")).toBe(5);
    expect(reader.entry("dotted.key")?.number("")).toBe(5);
    expect(
      reader
        .json("json")
        ?.list("a")
        .map((each) => each.number("")),
    ).toEqual([1]);
  });

  test("what is not set is undefined, everywhere below it too", () => {
    expect([reader.string("none"), reader.number("empty"), reader.boolean("empty")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(reader.string("nothing")).toBeUndefined();
    expect(reader.string("text.below.it")).toBeUndefined();
    expect(reader.string("nothing.below.it")).toBeUndefined();
    expect(reader.list("none")).toEqual([]);
    expect(reader.string("list.name")).toBeUndefined();
    expect(reader.string("list.9.name")).toBeUndefined();
    expect([reader.entry("none"), reader.entry("nothing")]).toEqual([undefined, undefined]);
    expect(reader.string("constructor")).toBeUndefined();
    expect(reader.json("none")).toBeUndefined();
    expect(reader.keys("text")).toEqual([]);
  });

  test("a single object is a list of one", () => {
    expect(reader.list("one.inner").map((each) => each.path)).toEqual(["one.inner"]);
    expect(reader.list("list").map((each) => each.path)).toEqual(["list.0", "list.1"]);
  });

  test("what is not known is set, and cannot be read", () => {
    expect([reader.has("open"), reader.isKnown("open"), reader.isKnown("text")]).toEqual([
      true,
      false,
      true,
    ]);
    expect([reader.has("empty"), reader.has("none"), reader.has("list")]).toEqual([
      false,
      false,
      true,
    ]);
    expect(() => reader.string("open.below.it")).toThrow(
      new NotKnown("open.below.it of Bucket b is not known yet"),
    );
    expect(() => reader.at("list.1").string("name")).toThrow(
      "list.1.name of Bucket b is not known yet",
    );
  });

  test.each([
    ["text of Bucket b is not a number", () => reader.number("text")],
    ["yes of Bucket b is not a number", () => reader.number("yes")],
    ["text of Bucket b is not true or false", () => reader.boolean("text")],
    ["list of Bucket b is not a text", () => reader.string("list")],
    ["bad of Bucket b is not JSON", () => reader.json("bad")],
    ["a of x is not a list of texts", () => new Reader({ a: [null] }, "x").strings("a")],
  ])("a value of another kind is not known: %s", (message, read) => {
    expect(read).toThrow(new NotKnown(message));
    expect(orNotKnown<unknown>(read)).toBeInstanceOf(NotKnown);
  });

  test("another fault is none of the values", () => {
    const fault = new TypeError("x is not a function");
    const ask = () => {
      throw fault;
    };
    expect(() => orNotKnown(ask)).toThrow(fault);
  });
});

describe("a resource is what came out, filled up from what was asked for", () => {
  test.each([
    ["what came out wins", { a: 1 }, { a: 2 }, { a: 2 }],
    ["what is not known yet was asked for", { a: 1 }, { a: unknown }, { a: 1 }],
    ["what nobody asked for is not set", {}, { a: unknown }, { a: undefined }],
    ["what did not come out was asked for", { a: 1 }, {}, { a: 1 }],
    ["nothing came out of it", { a: 1 }, { a: null }, { a: 1 }],
    ["both do not know", { a: unknown }, { a: unknown }, { a: unknown }],
    [
      "deep down",
      { a: [{ b: 1 }] },
      { a: [{ b: unknown, c: unknown }] },
      { a: [{ b: 1, c: undefined }] },
    ],
    [
      "lists of other lengths cannot be matched",
      { a: [1] },
      { a: [unknown, 2] },
      { a: [unknown, 2] },
    ],
    ["an object that nobody asked for", {}, { a: { b: unknown } }, { a: { b: unknown } }],
    ["a list that was asked for as a text", { a: "x" }, { a: [unknown] }, { a: [unknown] }],
    ["a list that nobody asked for", {}, { a: [unknown] }, { a: [unknown] }],
    ["keys that look like others'", {}, { constructor: unknown }, { constructor: undefined }],
  ])("%s", (_, inputs, outputs, expected) => {
    expect(overlay(inputs as never, outputs as never)).toEqual(expected);
  });

  test("without inputs nothing can be said of what is not known", () => {
    const outputs: Branch = { a: unknown, b: 1, c: null, d: [unknown, { e: unknown }] };
    expect(overlay(unknown, outputs)).toEqual({ ...outputs, c: undefined });
  });
});
