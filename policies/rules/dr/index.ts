import type { Rule } from "../../rule.ts";
import alarms from "./alarms.ts";
import brokerDurable from "./broker-durable.ts";
import bucketReplicated from "./bucket-replicated.ts";
import clickhouseBackupBucket from "./clickhouse-backup-bucket.ts";
import clickhouseBackups from "./clickhouse-backups.ts";
import clickhouseReplicas from "./clickhouse-replicas.ts";
import clickhouseRestoreUser from "./clickhouse-restore-user.ts";
import copiesLeaveAccount from "./copies-leave-account.ts";
import credentialsReplicated from "./credentials-replicated.ts";
import databaseBackupsReplicated from "./database-backups-replicated.ts";
import databaseDeletionKeepsBackups from "./database-deletion-keeps-backups.ts";
import ensembleDisruption from "./ensemble-disruption.ts";
import ensembleSize from "./ensemble-size.ts";
import ensembleSnapshots from "./ensemble-snapshots.ts";
import ensembleSpread from "./ensemble-spread.ts";
import ensembleTidy from "./ensemble-tidy.ts";
import expiryAfterChain from "./expiry-after-chain.ts";
import keyDeletionSlow from "./key-deletion-slow.ts";
import keysInBothRegions from "./keys-in-both-regions.ts";
import noForceDestroy from "./no-force-destroy.ts";
import objectsLocked from "./objects-locked.ts";
import oneConsumer from "./one-consumer.ts";
import parity from "./parity.ts";
import protectedResources from "./protected.ts";
import pulumiOutlivesRegion from "./pulumi-outlives-region.ts";
import regionUnchanged from "./region-unchanged.ts";
import replicatedBackupsKept from "./replicated-backups-kept.ts";
import replicationComplete from "./replication-complete.ts";
import restoreTested from "./restore-tested.ts";
import restoredDatabaseKept from "./restored-database-kept.ts";
import retained from "./retained.ts";
import sinkNameStable from "./sink-name-stable.ts";
import sourcePositionExplicit from "./source-position-explicit.ts";
import standbyStandsAlone from "./standby-stands-alone.ts";
import topicsArchived from "./topics-archived.ts";
import vaultLocked from "./vault-locked.ts";
import volumesKept from "./volumes-kept.ts";

export const rules: readonly Rule[] = [
  alarms,
  brokerDurable,
  bucketReplicated,
  clickhouseBackupBucket,
  clickhouseBackups,
  clickhouseReplicas,
  clickhouseRestoreUser,
  copiesLeaveAccount,
  credentialsReplicated,
  databaseBackupsReplicated,
  databaseDeletionKeepsBackups,
  ensembleDisruption,
  ensembleSize,
  ensembleSnapshots,
  ensembleSpread,
  ensembleTidy,
  expiryAfterChain,
  keyDeletionSlow,
  keysInBothRegions,
  noForceDestroy,
  objectsLocked,
  oneConsumer,
  parity,
  protectedResources,
  pulumiOutlivesRegion,
  regionUnchanged,
  replicatedBackupsKept,
  replicationComplete,
  restoreTested,
  restoredDatabaseKept,
  retained,
  sinkNameStable,
  sourcePositionExplicit,
  standbyStandsAlone,
  topicsArchived,
  vaultLocked,
  volumesKept,
];
