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
  ],
  violation: [
    {
      title: "one user",
      stack: jobs(user("admin"), user("admin")),
      says: "Job clickhouse-restore and CronJob clickhouse-backup share the login admin",
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
    },
    {
      title: "no ClickHouse",
      stack: (s) => job(s, "clickhouse-restore", { env: [user("a")] }),
    },
  ],
};
export default cases;
