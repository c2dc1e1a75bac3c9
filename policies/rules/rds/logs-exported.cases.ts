import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { auroraCluster, database } from "../../testing/databases.ts";
import rule from "./logs-exported.ts";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "both",
      stack: (s) => {
        database(s, { enabledCloudwatchLogsExports: ["postgresql"] });
        auroraCluster(s, { enabledCloudwatchLogsExports: ["audit"] });
      },
      of: ["db", "cluster"],
    },
  ],
  violation: [
    {
      title: "none",
      stack: (s) => database(s),
      says: "logs of Instance db are nowhere else: set enabledCloudwatchLogsExports",
    },
  ],
  unknown: [
    { title: "not known", stack: (s) => database(s, { enabledCloudwatchLogsExports: notKnown() }) },
  ],
  notApplicable: [{ title: "no database", stack: (s) => s.add(aws.kms.Key, "key", {}) }],
};
export default cases;
