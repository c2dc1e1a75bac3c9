import { createRequire } from "node:module";
import { afterAll, expect, test } from "vitest";
import { readStackOnce } from "./read-once.ts";

interface Resource {
  setName(name: string): void;
  getName(): string;
}
interface Request {
  setResourcesList(list: readonly Resource[]): void;
  getResourcesList(): Resource[];
}
const require = createRequire(import.meta.url);
const { AnalyzeStackRequest, AnalyzerResource } = require("@pulumi/pulumi/proto/analyzer_pb") as {
  readonly AnalyzeStackRequest: { readonly prototype: Request } & (new () => Request);
  readonly AnalyzerResource: new () => Resource;
};

// eslint-disable-next-line @typescript-eslint/unbound-method -- put back where it was
const { getResourcesList } = AnalyzeStackRequest.prototype;
const putBack = () => {
  AnalyzeStackRequest.prototype.getResourcesList = getResourcesList;
};
afterAll(putBack);

test("a request's resources are walked once, another request's again", () => {
  putBack();
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
