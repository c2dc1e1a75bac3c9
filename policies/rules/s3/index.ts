import type { Rule } from "../../rule.ts";
import accessPointsBlocked from "./access-points-blocked.ts";
import bucketKey from "./bucket-key.ts";
import encryptedWithOwnKey from "./encrypted-with-own-key.ts";
import listsOff from "./lists-off.ts";
import logged from "./logged.ts";
import objectEvents from "./object-events.ts";
import policyClosed from "./policy-closed.ts";
import policyOwnAccount from "./policy-own-account.ts";
import policyUnlocked from "./policy-unlocked.ts";
import publicBlocked from "./public-blocked.ts";
import tlsOnly from "./tls-only.ts";
import uploadsEnd from "./uploads-end.ts";
import versioned from "./versioned.ts";

export const rules: readonly Rule[] = [
  accessPointsBlocked,
  bucketKey,
  encryptedWithOwnKey,
  listsOff,
  logged,
  objectEvents,
  policyClosed,
  policyOwnAccount,
  policyUnlocked,
  publicBlocked,
  tlsOnly,
  uploadsEnd,
  versioned,
];
