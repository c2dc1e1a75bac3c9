import { z } from "zod";
import { nameOf, openStatements } from "../../model/policy-document.ts";
import { together } from "../../model/outcomes.ts";
import { defineRule, each, notApplicable, violation } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "kms-policy-closed",
  severity: "critical",
  title: "No policy of a key lets everybody use it",
  remediation:
    'Name the account or the roles as `Principal`, or add a condition on `kms:CallerAccount` or `aws:PrincipalOrgID` to a statement for "*".',
  covers: ["CKV_AWS_33", "SH-KMS.5"],
  url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html",
  config: z.strictObject({}),
  check: each([aws.kmsKey, aws.kmsReplica, aws.kmsKeyPolicy], (holder) => {
    const policy = holder.json("policy");
    if (policy === undefined) {
      return notApplicable("the default policy names the account alone");
    }
    return together(
      openStatements(policy).map((statement) =>
        violation(
          `${nameOf(statement)} in policy of ${holder.label} lets everybody in: name principals, or add a condition`,
        ),
      ),
    );
  }),
});
