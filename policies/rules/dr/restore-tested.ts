import { z } from "zod";
import {
  defineRule,
  failIf,
  notApplicable,
  violation,
  type Verdict,
  undecided,
} from "../../rule.ts";
import { aws } from "../../types.ts";

/** What AWS Backup calls each kind of store. */
const kinds: Readonly<Record<string, string>> = {
  [aws.dbInstance]: "RDS",
  [aws.dbCluster]: "Aurora",
  [aws.bucket]: "S3",
};

export default defineRule({
  id: "dr-restore-tested",
  severity: "high",
  level: "disabled",
  title: "Restores of everything that AWS Backup protects are tested by a plan",
  remediation:
    "Add an `aws.backup.RestoreTestingPlan`, and for each kind of store an `aws.backup.RestoreTestingSelection` with its protectedResourceType.",
  covers: ["DR-20"],
  url: "https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html",
  config: z.strictObject({
    kinds: z
      .array(z.string())
      .default(["RDS", "Aurora"])
      .describe("Kinds of stores (protectedResourceType) that AWS Backup protects here"),
  }),
  check: ({ stack, config }) => {
    const present = Object.entries(kinds)
      .filter(([type, kind]) => config.kinds.includes(kind) && stack.of(type).length > 0)
      .map(([, kind]) => kind);
    if (present.length === 0) {
      return [{ outcome: notApplicable(`the stack has none of ${config.kinds.join(", ")}`) }];
    }
    if (stack.of(aws.restoreTestingPlan).length === 0) {
      return [
        { outcome: violation("no restore is ever tested: add an aws.backup.RestoreTestingPlan") },
      ];
    }
    const selected = stack
      .of(aws.restoreTestingSelection)
      .map((each) => each.peek("protectedResourceType"));
    return present.map((kind): Verdict => ({
      outcome:
        !selected.includes(kind) && selected.some((each) => typeof each !== "string")
          ? undecided(`what the restore testing selections select is not known: ${kind} is wanted`)
          : failIf(
              !selected.includes(kind),
              `restores of ${kind} are not tested: add a RestoreTestingSelection with protectedResourceType ${kind}`,
            ),
    }));
  },
});
