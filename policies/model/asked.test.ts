import { expect, test } from "vitest";
import { factsOf } from "../testing/facts.ts";
import { aws } from "../types.ts";
import { isAsked } from "./asked.ts";
import { Resource } from "./resource.ts";
import { unknown, type Branch } from "./value.ts";

const outputs = { policy: '{"Statement":[]}' };

test.each([
  ["the inputs have it", { policy: "{}" }, true],
  ["it is not known yet", { policy: unknown }, true],
  ["the service filled it in", {}, false],
  ["nothing was given", { policy: null }, false],
  ["an empty text was given", { policy: "" }, false],
  ["no inputs are told: what is there counts", undefined, true],
] as [string, Branch | undefined, boolean][])("a policy is asked for, when %s", (_, inputs, is) => {
  expect(isAsked(new Resource(factsOf(aws.kmsKey, { inputs, outputs })), "policy")).toBe(is);
});
