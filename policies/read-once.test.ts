import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { readStackOnce } from "./read-once.ts";

interface Resource {
  setName(name: string): void;
  getName(): string;
}
const require = createRequire(import.meta.url);
const { AnalyzeStackRequest, AnalyzerResource } = require("@pulumi/pulumi/proto/analyzer_pb") as {
  readonly AnalyzeStackRequest: new () => {
    setResourcesList(list: readonly Resource[]): void;
    getResourcesList(): Resource[];
  };
  readonly AnalyzerResource: new () => Resource;
};

test("a request's resources are walked once, another request's again", () => {
  readStackOnce();
  const ask = (name: string) => {
    const resource = new AnalyzerResource();
    resource.setName(name);
    const request = new AnalyzeStackRequest();
    request.setResourcesList([resource]);
    const list = request.getResourcesList();
    const walk = () => Array.from(list, (each) => each.getName());
    return [walk(), walk()];
  };
  expect(ask("first")).toEqual([["first"], []]);
  expect(ask("second")).toEqual([["second"], []]);
});
