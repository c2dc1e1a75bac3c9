import { z } from "zod";
import { defineRule, each, failIf, notApplicable, pass } from "../../rule.ts";
import { aws } from "../../types.ts";

/** First safe minor version by major version. */
const fixedIn: Readonly<Record<number, number>> = { 13: 3, 12: 7, 11: 12, 10: 17 };

export default defineRule({
  id: "rds-extension-safe",
  severity: "high",
  title: "PostgreSQL has no version whose log_fdw reads files of the host",
  remediation: "Upgrade to 13.3, 12.7, 11.12, 10.17, 9.6.22 or later.",
  covers: ["CKV_AWS_250"],
  url: "https://aws.amazon.com/security/security-bulletins/AWS-2022-004/",
  config: z.strictObject({}),
  check: each([aws.dbInstance, aws.dbCluster], (database) => {
    if (database.string("engine")?.includes("postgres") !== true)
      return notApplicable("it is no PostgreSQL");
    const version = database.string("engineVersion");
    if (version === undefined) return pass;
    const [major = 0, minor = Infinity, patch = Infinity] = version.split(".").map(Number);
    // Before version 10 the first two numbers are the major version.
    const [least, has] = major === 9 ? [22, minor === 6 ? patch : 0] : [fixedIn[major], minor];
    return failIf(
      has < (least ?? 0),
      `${database.label} runs PostgreSQL ${version}, whose log_fdw reads files of the host: raise engineVersion`,
    );
  }),
});
