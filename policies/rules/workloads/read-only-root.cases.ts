import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { deployment, operated } from "../../testing/pods.ts";
import { statefulSet } from "../../testing/workloads.ts";
import rule from "./read-only-root.ts";

const readOnly = { securityContext: { readOnlyRootFilesystem: true } };

const cases: Cases = {
  rule,
  pass: [
    {
      title: "set; a Deployment is not asked",
      stack: (s) => {
        statefulSet(s, "db", { container: readOnly });
        deployment(s, "web");
      },
      of: ["db"],
    },
  ],
  violation: [
    {
      title: "nothing set, and off",
      stack: (s) => {
        statefulSet(s, "db");
        statefulSet(s, "queue", {
          container: { securityContext: { readOnlyRootFilesystem: false } },
        });
      },
      says: "container db of StatefulSet db can write beside its volumes: set spec.template.spec.containers.0.securityContext.readOnlyRootFilesystem to true",
      of: ["db", "queue"],
    },
    {
      title: "a Deployment is asked",
      stack: (s) => deployment(s, "web"),
      config: { kinds: ["Deployment"] },
      says: "container web of Deployment web can write",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) =>
        statefulSet(s, "db", {
          container: { securityContext: { readOnlyRootFilesystem: notKnown() } },
        }),
      says: "readOnlyRootFilesystem of StatefulSet db is not known",
    },
  ],
  notApplicable: [
    { title: "an operator's own pods", stack: (s) => operated(s, {}), says: "runs no such pods" },
    {
      title: "other kinds",
      stack: (s) => deployment(s, "web"),
      config: { kinds: ["StatefulSet", "Job"] },
      says: "only StatefulSet, Job are looked at",
      of: ["web"],
    },
    {
      title: "Windows",
      stack: (s) => statefulSet(s, "db", { pod: { os: { name: "windows" } } }),
      says: "Windows",
    },
  ],
};
export default cases;
