import { describe, expect, test } from "vitest";
import { pinResource } from "./pin.ts";
import type { CallContext } from "./resource.ts";
import type { Properties } from "./values.ts";

const ignore = () => undefined;
const context: CallContext = {
  urn: "urn:pulumi:s::p::recover:index:Pin::p",
  signal: new AbortController().signal,
  progress: ignore,
  info: ignore,
  warn: ignore,
};
const pin = { setting: "region", value: "eu-west-1", because: "a stack stays where it is." };

const diff = async (news: Properties, refreshing = false) =>
  pinResource.diff({ id: "region", state: pin, olds: pin, news, refreshing, ignored: [] }, context);

describe("Pin", () => {
  test("is made with any value", async () => {
    expect(await pinResource.create(pin, true, context)).toEqual({ id: "region", outputs: pin });
    expect(await diff({ ...pin })).toEqual({ changes: [] });
  });

  test("refuses another one, by name, with the old one to write again", async () => {
    await expect(diff({ ...pin, value: "eu-central-1" })).rejects.toThrow(
      'recover:region is "eu-central-1", and this stack was made with "eu-west-1": a stack stays where it is. ' +
        'Write "eu-west-1" again, or use another stack.',
    );
    expect(await diff({ ...pin, value: "eu-central-1" }, true)).toEqual({ changes: ["value"] });
  });

  test("takes other words about it without being made anew", async () => {
    const news = { ...pin, because: "so it is." };
    expect(await diff(news)).toEqual({ changes: ["because"] });
    const call = { id: "region", state: pin, olds: pin, news };
    expect(await pinResource.update(call, false, context)).toEqual(news);
  });

  test.each([
    [{ ...pin, setting: "" }, "setting"],
    [{ ...pin, value: 3 }, "value"],
    [{ setting: "region", value: "x" }, "because"],
  ])("checks %j", (inputs, property) => {
    expect(pinResource.check(inputs).map((failure) => failure.property)).toEqual([property]);
  });
});
