import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { cronJob, statefulSet } from "../../testing/workloads.ts";
import rule from "./ensemble-snapshots.ts";

const command = { command: ["node", "cli.ts", "zookeeper-snapshot"] };

const cases: Cases = {
  rule,
  pass: [
    {
      title: "by its command, exactly once a day",
      stack: (s) => {
        statefulSet(s, "zookeeper");
        cronJob(s, "nightly", "0 3 * * *", command);
      },
      of: ["zookeeper"],
    },
    {
      title: "two, one of them often enough",
      stack: (s) => {
        statefulSet(s, "zookeeper");
        cronJob(s, "weekly", "0 3 * * 0", command);
        cronJob(s, "nightly", "0 3 * * *", command);
      },
    },
    {
      title: "by its name",
      stack: (s) => {
        statefulSet(s, "zookeeper");
        cronJob(s, "zookeeper-backup", "*/15 * * * *");
      },
    },
  ],
  violation: [
    {
      title: "no job",
      stack: (s) => {
        statefulSet(s, "zookeeper");
        cronJob(s, "clickhouse-backup", "0 3 * * *", { args: ["full"] });
      },
      says: "no CronJob takes snapshots of StatefulSet zookeeper",
    },
    {
      title: "suspended",
      stack: (s) => {
        statefulSet(s, "zookeeper");
        cronJob(s, "nightly", "0 3 * * *", command, { suspend: true });
      },
      says: "no CronJob takes snapshots",
    },
    {
      title: "once a week",
      stack: (s) => {
        statefulSet(s, "zookeeper");
        cronJob(s, "weekly", "0 3 * * 0", command);
      },
      says: "snapshots of StatefulSet zookeeper are up to 7 days apart, 24 hours are allowed: change spec.schedule of CronJob weekly",
    },
    {
      title: "more often is wanted",
      stack: (s) => {
        statefulSet(s, "zookeeper");
        cronJob(s, "nightly", "0 3 * * *", command);
      },
      config: { hours: 1 },
      says: "up to 1 day apart, 1 hours are allowed",
    },
  ],
  unknown: [
    {
      title: "a command that is not known",
      stack: (s) => {
        statefulSet(s, "zookeeper");
        cronJob(s, "nightly", "0 3 * * *", { command: notKnown() });
      },
      says: "command of CronJob nightly is not known",
    },
    {
      title: "no schedule that can be read",
      stack: (s) => {
        statefulSet(s, "zookeeper");
        cronJob(s, "zookeeper-snapshot", "whenever");
      },
      says: 'the schedule "whenever" cannot be read',
    },
  ],
  notApplicable: [
    { title: "none", stack: (s) => statefulSet(s, "cache"), says: "has no ZooKeeper ensemble" },
  ],
};
export default cases;
