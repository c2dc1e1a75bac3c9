import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { plan, selection } from "../../testing/backup.ts";
import rule from "./frequent.ts";

const daily = "cron(0 3 * * ? *)";
const weekly = "cron(0 3 ? * SUN *)";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "one rule of two is daily",
      stack: (s) => {
        selection(s, plan(s, { schedule: weekly }, { schedule: daily }), { resources: ["*"] });
      },
      of: ["plan"],
    },
    { title: "no schedule is once a day", stack: (s) => plan(s, {}) },
    {
      title: "all the time",
      stack: (s) => plan(s, { schedule: weekly, enableContinuousBackup: true }),
      config: { hours: 1 },
    },
    {
      title: "all the time, beside a weekly one",
      stack: (s) => plan(s, { schedule: weekly }, { enableContinuousBackup: true }),
      config: { hours: 1 },
    },
    {
      title: "once a week is enough",
      stack: (s) => plan(s, { schedule: weekly }),
      config: { hours: 168 },
    },
  ],
  violation: [
    {
      title: "weekly",
      stack: (s) => plan(s, { schedule: weekly, enableContinuousBackup: false }),
      says: "Plan plan backs up every 7 days at most, every 24 hours are wanted: change the schedule",
      of: ["plan"],
    },
    {
      title: "on weekdays: there are three days from Friday to Monday",
      stack: (s) => plan(s, { schedule: "cron(0 3 ? * MON-FRI *)" }),
      says: "every 3 days at most",
    },
    {
      title: "daily, where every six hours are wanted; nothing set is daily too",
      stack: (s) => plan(s, {}),
      config: { hours: 6 },
      says: "every 1 day at most, every 6 hours are wanted",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => plan(s, { schedule: notKnown() }),
      says: "rules.0.schedule of Plan plan is not known",
    },
    {
      title: "a schedule that cannot be read",
      stack: (s) => plan(s, { schedule: "nightly" }),
      says: 'the schedule "nightly" cannot be read',
    },
  ],
  notApplicable: [{ title: "no plan", stack: (s) => s.add(aws.backup.Vault, "vault", {}) }],
};
export default cases;
