import { expect, test } from "vitest";

test("the entry point exports its program alone: with anything else beside it Pulumi refuses to run it", async () => {
  expect(Object.keys(await import("./index.ts"))).toEqual(["default"]);
});
