import type { Rule } from "../../rule.ts";
import deletionProtected from "./deletion-protected.ts";
import endpointClosed from "./endpoint-closed.ts";
import logs from "./logs.ts";
import nodesClosed from "./nodes-closed.ts";
import secretsEncrypted from "./secrets-encrypted.ts";
import supported from "./supported.ts";

export const rules: readonly Rule[] = [
  deletionProtected,
  endpointClosed,
  logs,
  nodesClosed,
  secretsEncrypted,
  supported,
];
