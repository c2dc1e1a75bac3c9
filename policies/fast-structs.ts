import { createRequire } from "node:module";

interface Struct {
  toJavaScript(): unknown;
}
interface StructClass {
  readonly prototype: Struct;
}

/**
 * Lets each message of the engine be turned into plain values once.
 *
 * The policy server does it anew for every policy, which is most of a preview's added time once a pack
 * has a hundred of them. What it gets it copies and never changes, so one conversion serves all; a message is
 * forgotten with its request.
 */
export function convertStructsOnce(): void {
  const require = createRequire(import.meta.url);
  const { Struct } = require("google-protobuf/google/protobuf/struct_pb") as {
    readonly Struct: StructClass;
  };
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its message below
  const convert = Struct.prototype.toJavaScript;
  const known = new WeakMap<Struct, unknown>();
  Struct.prototype.toJavaScript = function (this: Struct): unknown {
    if (!known.has(this)) known.set(this, convert.call(this));
    return known.get(this);
  };
}
