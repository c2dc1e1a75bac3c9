import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "rds-ca-current",
  severity: "low",
  title: "Certificates of databases come from a current authority",
  remediation:
    "Leave `caCertIdentifier` out, or set `rds-ca-rsa2048-g1` or later: clients stop to connect when an old one ends.",
  covers: ["CKV_AWS_211"],
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html",
  config: z.strictObject({}),
  check: each([aws.dbInstance, aws.dbClusterInstance], (database) => {
    const authority = database.string("caCertIdentifier");
    return failIf(
      authority === "rds-ca-2015" || authority === "rds-ca-2019",
      `the certificate of ${database.label} comes from ${String(authority)}, which has ended: set caCertIdentifier to rds-ca-rsa2048-g1`,
    );
  }),
});
