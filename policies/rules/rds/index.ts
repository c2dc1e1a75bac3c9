import type { Rule } from "../../rule.ts";
import adminNamed from "./admin-named.ts";
import backupsKept from "./backups-kept.ts";
import caCurrent from "./ca-current.ts";
import clustersSpread from "./clusters-spread.ts";
import customerKey from "./customer-key.ts";
import deletionProtected from "./deletion-protected.ts";
import encrypted from "./encrypted.ts";
import eventsTold from "./events-told.ts";
import extensionSafe from "./extension-safe.ts";
import iamLogin from "./iam-login.ts";
import inBackupPlan from "./in-backup-plan.ts";
import insightsKey from "./insights-key.ts";
import insights from "./insights.ts";
import logsExported from "./logs-exported.ts";
import minorUpgrades from "./minor-upgrades.ts";
import monitored from "./monitored.ts";
import multiZone from "./multi-zone.ts";
import privateResources from "./private.ts";
import snapshotCopiesKeyed from "./snapshot-copies-keyed.ts";
import snapshotsPrivate from "./snapshots-private.ts";
import tagsCopied from "./tags-copied.ts";
import tlsForced from "./tls-forced.ts";

export const rules: readonly Rule[] = [
  adminNamed,
  backupsKept,
  caCurrent,
  clustersSpread,
  customerKey,
  deletionProtected,
  encrypted,
  eventsTold,
  extensionSafe,
  iamLogin,
  inBackupPlan,
  insightsKey,
  insights,
  logsExported,
  minorUpgrades,
  monitored,
  multiZone,
  privateResources,
  snapshotCopiesKeyed,
  snapshotsPrivate,
  tagsCopied,
  tlsForced,
];
