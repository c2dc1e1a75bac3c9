import { z } from "zod";
import { defineRule, failIf, notApplicable, undecided } from "../../rule.ts";
import { aws } from "../../types.ts";

const origins = ["restoreToPointInTime", "snapshotIdentifier"];

export default defineRule({
  id: "dr-restored-database-kept",
  severity: "critical",
  title: "A restored database is not replaced by a later update",
  remediation:
    'Add `ignoreChanges: ["restoreToPointInTime", "snapshotIdentifier"]`: when the origin leaves the program, or changes, the ' +
    "provider replaces the database, by an empty one or by its old state.",
  covers: ["DR-19"],
  url: "https://www.pulumi.com/docs/iac/concepts/options/ignorechanges/",
  config: z.strictObject({}),
  check: ({ stack }) => {
    const restored = stack
      .of(aws.dbInstance, aws.dbCluster)
      .filter((each) => origins.some((origin) => each.has(origin)));
    if (restored.length === 0) return [{ outcome: notApplicable("no database was restored") }];
    return restored.map((resource) => {
      const ignored = resource.facts.ignoreChanges;
      if (ignored === undefined) {
        return {
          resource,
          outcome: undecided(
            `${resource.label} was restored; neither state nor saved preview tells what is ignored: run the pack in a preview`,
          ),
        };
      }
      const missing = origins.filter(
        (origin) =>
          resource.has(origin) && !ignored.some((each) => each === origin || each === "*"),
      );
      return {
        resource,
        outcome: failIf(
          missing.length > 0,
          `${resource.label} was restored, and a change of ${missing.join(" or ")} replaces it: add it to ignoreChanges`,
        ),
      };
    });
  },
});
