import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { clickHouse, cronJob, statefulSet } from "../../testing/workloads.ts";
import rule from "./clickhouse-backups.ts";

const backups =
  (...schedules: string[]) =>
  (s: StackBuilder) => {
    clickHouse(s, { replicasCount: 2 });
    schedules.forEach((schedule, i) => cronJob(s, `clickhouse-backup-${i}`, schedule));
  };
const backup = { interval: "15 minutes", duration: "1 minute" };

const cases: Cases = {
  rule,
  pass: [
    { title: "nothing is promised", stack: backups("0 3 * * *"), of: ["clickhouse"] },
    {
      title: "nothing is promised, and no schedule is known",
      stack: (s) => {
        clickHouse(s, {});
        cronJob(s, "clickhouse-backup", notKnown());
      },
    },
    {
      title: "one whose pods' labels say what they reach",
      stack: (s) => {
        clickHouse(s, {});
        cronJob(
          s,
          "protection-full",
          "0 3 * * *",
          { args: ["backup"] },
          {},
          { "acme/reaches-clickhouse": "true" },
        );
      },
    },
    { title: "exactly", stack: backups("*/15 * * * *"), objectives: { rpo: "15 minutes" } },
    {
      title: "full ones at night, increments every 15 minutes",
      stack: backups("0 3 * * *", "*/15 * * * *"),
      objectives: { rpo: "1 minute", backup },
    },
  ],
  violation: [
    {
      title: "none",
      stack: backups(),
      says: "no CronJob backs ClickHouseInstallation clickhouse up: add one",
    },
    {
      title: "of something else",
      stack: (s) => {
        statefulSet(s, "clickhouse");
        cronJob(s, "postgres-backup", "0 3 * * *", { args: ["dump"] });
      },
      says: "no CronJob backs StatefulSet clickhouse up",
    },
    {
      title: "one whose pods reach something else",
      stack: (s) => {
        clickHouse(s, {});
        cronJob(
          s,
          "protection-full",
          "0 3 * * *",
          { args: ["backup"] },
          {},
          { "acme/reaches-zookeeper": "true" },
        );
      },
      says: "no CronJob backs ClickHouseInstallation",
    },
    {
      title: "suspended",
      stack: (s) => {
        clickHouse(s, {});
        cronJob(s, "clickhouse-backup", "0 3 * * *", {}, { suspend: true });
      },
      says: "no CronJob backs",
    },
    {
      title: "at night, 15 minutes are promised",
      stack: backups("0 3 * * *"),
      objectives: { rpo: "15 minutes" },
      says: "are up to 1 day apart, 15 minutes are promised (objectives.rpo): change spec.schedule of CronJob clickhouse-backup-0",
    },
    {
      title: "not at weekends",
      stack: backups("0 * * * 1-5"),
      objectives: { backup: { interval: "1 hour", duration: "1 minute" } },
      says: "are up to 49 hours apart, 1 hour are promised (objectives.backup.interval)",
    },
  ],
  unknown: [
    {
      title: "a schedule that is not known",
      stack: (s) => {
        clickHouse(s, {});
        cronJob(s, "clickhouse-backup", notKnown());
      },
      objectives: { rpo: "1 hour" },
      says: "spec.schedule of CronJob clickhouse-backup is not known",
    },
  ],
  notApplicable: [
    { title: "none", stack: (s) => statefulSet(s, "zookeeper"), says: "has no ClickHouse" },
  ],
};
export default cases;
