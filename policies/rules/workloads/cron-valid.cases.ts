import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { cronJob, statefulSet } from "../../testing/workloads.ts";
import rule from "./cron-valid.ts";

const velero = (s: StackBuilder, schedule: string) =>
  s.custom("kubernetes:velero.io/v1:Schedule", "velero", {
    metadata: { namespace: "velero" },
    spec: { schedule },
  });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "fields, names, and how often",
      stack: (s) => {
        cronJob(s, "nightly", "15 3 * * MON-FRI");
        cronJob(s, "daily", "@daily", {}, { timeZone: "Europe/Berlin" });
        cronJob(s, "often", "*/10 * * * *");
        cronJob(s, "leap", "0 0 29 2 *");
        cronJob(s, "sloppy", "0/20 3 * * *");
        velero(s, "@every 90m");
      },
      of: ["daily", "leap", "nightly", "often", "sloppy", "velero"],
    },
  ],
  violation: [
    {
      title: "a day that no year has",
      stack: (s) => {
        cronJob(s, "backup", "0 0 30 2 *");
        cronJob(s, "other", "0 0 1 * *");
      },
      says: 'the schedule "0 0 30 2 *" of CronJob backup never comes due: correct spec.schedule',
      of: ["backup"],
    },
    {
      title: "words, seconds, a time that is none, and nothing, also for Velero",
      stack: (s) => {
        cronJob(s, "words", "nightly");
        cronJob(s, "seconds", "0 15 3 * * *");
        cronJob(s, "late", "0 25 * * *");
        cronJob(s, "empty", "");
        cronJob(s, "vague", "@every day");
        cronJob(s, "spelled", "@every 6 hours");
        cronJob(s, "within", "not @every 6h");
        velero(s, "every 6h");
      },
      says: 'the schedule "nightly" of CronJob words never comes due',
      of: ["empty", "late", "seconds", "spelled", "vague", "velero", "within", "words"],
    },
    {
      title: "a time zone within",
      stack: (s) => cronJob(s, "backup", "CRON_TZ=Europe/Berlin 0 3 * * *"),
      says: "holds a time zone, which Kubernetes refuses: move it to spec.timeZone",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => cronJob(s, "backup", notKnown()),
      says: "spec.schedule of CronJob backup is not known",
    },
  ],
  notApplicable: [{ title: "no schedule", stack: (s) => statefulSet(s, "db") }],
};
export default cases;
