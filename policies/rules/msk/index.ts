import type { Rule } from "../../rule.ts";
import authenticated from "./authenticated.ts";
import connectorSafe from "./connector-safe.ts";
import deniesByDefault from "./denies-by-default.ts";
import logged from "./logged.ts";
import monitored from "./monitored.ts";
import ownKey from "./own-key.ts";
import privateResources from "./private.ts";
import tls from "./tls.ts";

export const rules: readonly Rule[] = [
  authenticated,
  connectorSafe,
  deniesByDefault,
  logged,
  monitored,
  ownKey,
  privateResources,
  tls,
];
