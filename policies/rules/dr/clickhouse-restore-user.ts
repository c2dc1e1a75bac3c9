import { z } from "zod";
import { clickHouses, speaksOf } from "../../model/platform.ts";
import type { Resource } from "../../model/resource.ts";
import type { Stack } from "../../model/stack.ts";
import { containersOf } from "../../model/workload.ts";
import { defineRule, eachOf, pass, undecided, violation } from "../../rule.ts";
import { kubernetes } from "../../types.ts";

export default defineRule({
  id: "dr-clickhouse-restore-user",
  severity: "medium",
  title: "What restores ClickHouse logs in as somebody else than what backs it up",
  remediation:
    "Give the restore job a login of its own (variable CLICKHOUSE_USER): who can overwrite tables must not run every night.",
  covers: ["DR-15"],
  url: "https://clickhouse.com/docs/operations/access-rights",
  config: z.strictObject({}),
  check: eachOf(
    (stack) => (clickHouses(stack).length === 0 ? [] : jobsOf(stack, /restore|recover/i)),
    "no job restores ClickHouse",
    (restore, { stack }) => {
      const own = usersOf(restore);
      if (own.length === 0) {
        return undecided(
          `who ${restore.label} logs in as cannot be seen: hand it over as CLICKHOUSE_USER`,
        );
      }
      const shared = jobsOf(stack, /backup/i)
        .filter((each) => each !== restore)
        .find((backup) => usersOf(backup).some((user) => own.includes(user)));
      if (shared === undefined) return pass;
      return violation(
        `${restore.label} and ${shared.label} share the login ${own.join(", ")}: give the restore its own CLICKHOUSE_USER`,
      );
    },
  ),
});

function jobsOf(stack: Stack, subject: RegExp): Resource[] {
  return stack
    .of(kubernetes.job, kubernetes.cronJob)
    .filter((each) => speaksOf(each, [/clickhouse/i, subject]));
}

/** Logins by value, or by the secret that holds them. @throws NotKnown */
function usersOf(job: Resource): string[] {
  return containersOf(job)
    .flatMap((container) => container.list("env"))
    .filter((each) => /user(name)?$/i.test(String(each.string("name"))))
    .flatMap((each) => {
      const from = each.at("valueFrom.secretKeyRef");
      const secret = from.string("name");
      const user =
        secret === undefined ? each.string("value") : `${secret}/${String(from.string("key"))}`;
      return user === undefined ? [] : [user];
    });
}
