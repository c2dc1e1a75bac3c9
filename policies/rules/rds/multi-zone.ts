import { z } from "zod";
import { defineRule, each, failIf, notApplicable } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "rds-multi-zone",
  severity: "medium",
  title: "Database instances have a standby in another zone",
  remediation: "Set `multiAz: true`: a lost zone costs a minute, not a restore.",
  covers: [
    "CKV_AWS_157",
    "NAG-RDS3",
    "cfg-rds-multi-az-support",
    "SH-RDS.5",
    "AG-rds-instance-multi-az-enabled",
  ],
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html",
  config: z.strictObject({}),
  check: each(aws.dbInstance, (database) => {
    if (database.has("replicateSourceDb"))
      return notApplicable("a read replica is itself the second one");
    return failIf(
      !(database.boolean("multiAz") ?? false),
      `${database.label} is in one zone: set multiAz to true`,
    );
  }),
});
