import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { daemonSet, deployment } from "../../testing/pods.ts";
import { cronJob, job, statefulSet } from "../../testing/workloads.ts";
import rule from "./probes.ts";

const readinessProbe = { tcpSocket: { port: 2181 } };
const ready = { readinessProbe };
const both = { readinessProbe, livenessProbe: readinessProbe };

const cases: Cases = {
  rule,
  pass: [
    {
      title: "ready; one of two containers says it; jobs need none",
      stack: (s) => {
        statefulSet(s, "db", { container: ready });
        deployment(s, "web", {
          pod: { containers: [{ name: "log" }, { name: "web", ...ready }] },
        });
        daemonSet(s, "agent", { container: ready });
        job(s, "load");
        cronJob(s, "backup", "0 3 * * *");
      },
      of: ["agent", "db", "web"],
    },
    {
      title: "alive too, where it is wanted",
      stack: (s) => statefulSet(s, "db", { container: both }),
      config: { liveness: true },
    },
  ],
  violation: [
    {
      title: "nothing set",
      stack: (s) => {
        statefulSet(s, "db");
        deployment(s, "web", { container: { livenessProbe: readinessProbe } });
        daemonSet(s, "agent", { container: ready });
      },
      says: "StatefulSet db is taken for ready when it starts: add a readinessProbe to spec.template.spec.containers",
      of: ["db", "web"],
    },
    {
      title: "alive is wanted too",
      stack: (s) => statefulSet(s, "db", { container: ready }),
      config: { liveness: true },
      says: "StatefulSet db is not restarted when it hangs: add a livenessProbe",
    },
    {
      title: "Recreate, and more than one pod",
      stack: (s) => deployment(s, "web", { spec: { replicas: 2, strategy: { type: "Recreate" } } }),
      says: "Deployment web is taken for ready",
    },
    {
      title: "one pod that is replaced while it runs",
      stack: (s) => deployment(s, "web", { spec: { replicas: 1 } }),
      says: "Deployment web is taken for ready",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => statefulSet(s, "db", { pod: { containers: notKnown() } }),
      says: "spec.template.spec.containers of StatefulSet db is not known",
    },
  ],
  notApplicable: [
    { title: "jobs", stack: (s) => job(s, "load"), says: "runs no such pods" },
    {
      title: "one pod that must be alone",
      stack: (s) =>
        deployment(s, "operator", { spec: { replicas: 1, strategy: { type: "Recreate" } } }),
      says: "stopped before the next one starts",
      of: ["operator"],
    },
  ],
};
export default cases;
