import { z } from "zod";
import { together } from "../../model/outcomes.ts";
import { nameOf, openStatements } from "../../model/policy-document.ts";
import { defineRule, each, notApplicable, violation } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "secrets-private",
  severity: "critical",
  title: "No policy of a secret lets everybody read it",
  remediation:
    'Name the account or the roles as `Principal`, or add a condition on `aws:PrincipalOrgID` to a statement for "*"; ' +
    "`blockPublicPolicy: true` on the SecretPolicy makes AWS refuse the rest.",
  covers: [],
  url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html",
  config: z.strictObject({}),
  check: each([aws.secret, aws.secretPolicy], (holder) => {
    const policy = holder.json("policy");
    if (policy === undefined) return notApplicable("it has no policy: IAM policies alone decide");
    return together(
      openStatements(policy).map((statement) =>
        violation(
          `${nameOf(statement)} in policy of ${holder.label} lets everybody in: name principals, or add a condition`,
        ),
      ),
    );
  }),
});
