import { createRequire } from "node:module";

interface StackRequest {
  getResourcesList(): unknown[];
}

/**
 * Lets the stack be taken out of the engine's message once.
 *
 * The policy server does so for every policy, which is most of the time that a pack of a hundred takes. This pack builds
 * its model of the first policy's copy, and looks at no other: to the others of the same request the message is empty.
 */
export function readStackOnce(): void {
  // Of the packages as the policy server has them.
  const require = createRequire(createRequire(import.meta.url).resolve("@pulumi/policy"));
  const { AnalyzeStackRequest } = require("@pulumi/pulumi/proto/analyzer_pb") as {
    readonly AnalyzeStackRequest: { readonly prototype: StackRequest };
  };
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its message below
  const all = AnalyzeStackRequest.prototype.getResourcesList;
  AnalyzeStackRequest.prototype.getResourcesList = function (this: StackRequest) {
    const list = [...all.call(this)];
    list[Symbol.iterator] = () => list.splice(0).values();
    return list;
  };
}
