import type { types } from "@pulumi/kubernetes";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { clickHouse, cronJob, job } from "../../testing/workloads.ts";
import rule from "./clickhouse-restore-user.ts";

type Variable = types.input.core.v1.EnvVar;
const user = (value: string): Variable => ({ name: "CLICKHOUSE_USER", value });
const secret = (name: string, key: string): Variable => ({
  name: "CLICKHOUSE_USER",
  valueFrom: { secretKeyRef: { name, key } },
});
const jobs = (restore: Variable, backup: Variable) => (s: StackBuilder) => {
  clickHouse(s, {});
  job(s, "clickhouse-restore", { env: [restore] });
  cronJob(s, "clickhouse-backup", "0 3 * * *", { env: [backup] });
};

const cases: Cases = {
  rule,
  pass: [
    {
      title: "two users",
      stack: jobs(user("restore"), user("backup")),
      of: ["clickhouse-restore"],
    },
    { title: "two keys of a secret", stack: jobs(secret("logins", "a"), secret("logins", "b")) },
    {
      title: "a restore that speaks of backups too; other variables are the same",
      stack: (s) => {
        clickHouse(s, {});
        const others = [
          { name: "HOME", value: "/work" },
          { name: "USER_AGENT", value: "jobs" },
        ];
        job(s, "clickhouse-restore-backup", { env: [user("restore"), ...others] });
        cronJob(s, "clickhouse-backup", "0 3 * * *", { env: [user("backup"), ...others] });
      },
      of: ["clickhouse-restore-backup"],
    },
  ],
  violation: [
    {
      title: "one user",
      stack: jobs(user("admin"), user("admin")),
      says: "Job clickhouse-restore and CronJob clickhouse-backup share the login admin",
    },
    {
      title: "one user of several",
      stack: (s) => {
        clickHouse(s, {});
        const other = (value: string) => ({ name: "OTHER_USER", value });
        job(s, "clickhouse-restore", { env: [user("admin"), other("a")] });
        cronJob(s, "clickhouse-backup", "0 3 * * *", { env: [other("b"), user("admin")] });
      },
      says: "share the login admin, a:",
    },
    {
      title: "one key of a secret",
      stack: jobs(secret("logins", "a"), secret("logins", "a")),
      says: "share the login logins/a",
    },
  ],
  unknown: [
    {
      title: "no user can be seen",
      stack: (s) => {
        clickHouse(s, {});
        job(s, "clickhouse-restore");
      },
      says: "who Job clickhouse-restore logs in as cannot be seen",
    },
    {
      title: "a user that the pod's own name is",
      stack: (s) => {
        clickHouse(s, {});
        const valueFrom = { fieldRef: { fieldPath: "metadata.name" } };
        job(s, "clickhouse-restore", { env: [{ name: "CLICKHOUSE_USER", valueFrom }] });
      },
      says: "cannot be seen",
    },
    {
      title: "not known",
      stack: (s) => {
        clickHouse(s, {});
        job(s, "clickhouse-restore", { env: notKnown() });
      },
    },
  ],
  notApplicable: [
    {
      title: "nothing restores",
      stack: (s) => {
        clickHouse(s, {});
        cronJob(s, "clickhouse-backup", "0 3 * * *");
      },
      says: "no job restores ClickHouse",
    },
    {
      title: "no ClickHouse",
      stack: (s) => job(s, "clickhouse-restore", { env: [user("a")] }),
    },
  ],
};
export default cases;
