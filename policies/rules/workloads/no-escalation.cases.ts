import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { deployment, operated } from "../../testing/pods.ts";
import { cronJob, statefulSet } from "../../testing/workloads.ts";
import rule from "./no-escalation.ts";

const safe = { securityContext: { allowPrivilegeEscalation: false } };

const cases: Cases = {
  rule,
  pass: [
    {
      title: "off",
      stack: (s) => {
        statefulSet(s, "db", { container: safe });
        operated(s, safe, safe);
      },
      of: ["clickhouse", "db"],
    },
  ],
  violation: [
    {
      title: "nothing set, and on",
      stack: (s) => {
        statefulSet(s, "db", { container: safe });
        cronJob(s, "backup", "0 3 * * *", { securityContext: { allowPrivilegeEscalation: true } });
        deployment(s, "web");
      },
      says: "processes of container web of Deployment web may gain rights: set spec.template.spec.containers.0.securityContext.allowPrivilegeEscalation to false",
      of: ["backup", "web"],
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) =>
        deployment(s, "web", {
          container: { securityContext: { allowPrivilegeEscalation: notKnown() } },
        }),
      says: "allowPrivilegeEscalation of Deployment web is not known",
    },
  ],
  notApplicable: [
    { title: "no pods", stack: (s) => s.add(aws.kms.Key, "key", {}) },
    {
      title: "Windows",
      stack: (s) => deployment(s, "web", { pod: { os: { name: "windows" } } }),
      says: "Windows",
    },
  ],
};
export default cases;
