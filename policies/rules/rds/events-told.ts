import { z } from "zod";
import { defineRule, failIf, notApplicable, pass, undecided } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "rds-events-told",
  severity: "low",
  title: "Somebody is told when a database fails",
  remediation:
    "Add an `aws.rds.EventSubscription` for `db-instance` (and `db-cluster`) with failure, maintenance and configuration change.",
  covers: ["SH-RDS.19", "SH-RDS.20", "SH-RDS.21", "SH-RDS.22"],
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.html",
  config: z.strictObject({}),
  check: ({ stack }) => {
    const kinds = [
      [aws.dbInstance, "db-instance"],
      [aws.dbCluster, "db-cluster"],
    ] as const;
    const present = kinds.filter(([type]) => stack.of(type).length > 0);
    if (present.length === 0) return [{ outcome: notApplicable("the stack has no database") }];
    const on = stack.of(aws.dbEventSubscription).filter((each) => each.peek("enabled") !== false);
    return present.map(([, kind]) => {
      // Without a source type it tells of everything.
      const sources = on.map((each) => (each.has("sourceType") ? each.peek("sourceType") : kind));
      return {
        outcome: sources.includes(kind)
          ? pass
          : sources.some((each) => typeof each !== "string")
            ? undecided("what an event subscription tells of is not known yet")
            : failIf(true, `nobody is told of a failed ${kind}: add an aws.rds.EventSubscription`),
      };
    });
  },
});
