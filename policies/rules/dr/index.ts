import type { Rule } from "../../rule.ts";
import bucketReplicated from "./bucket-replicated.ts";
import databaseBackupsReplicated from "./database-backups-replicated.ts";
import databaseDeletionKeepsBackups from "./database-deletion-keeps-backups.ts";
import expiryAfterChain from "./expiry-after-chain.ts";
import keyDeletionSlow from "./key-deletion-slow.ts";
import keysInBothRegions from "./keys-in-both-regions.ts";
import noForceDestroy from "./no-force-destroy.ts";
import objectsLocked from "./objects-locked.ts";
import protectedResources from "./protected.ts";
import regionUnchanged from "./region-unchanged.ts";
import replicatedBackupsKept from "./replicated-backups-kept.ts";
import replicationComplete from "./replication-complete.ts";
import retained from "./retained.ts";

export const rules: readonly Rule[] = [
  protectedResources,
  retained,
  databaseBackupsReplicated,
  replicatedBackupsKept,
  databaseDeletionKeepsBackups,
  bucketReplicated,
  replicationComplete,
  objectsLocked,
  expiryAfterChain,
  noForceDestroy,
  keysInBothRegions,
  keyDeletionSlow,
  regionUnchanged,
];
