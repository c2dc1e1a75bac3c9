import { Cron } from "croner";
import { z } from "zod";
import { defineRule, each, failIf, violation } from "../../rule.ts";
import { kubernetes } from "../../types.ts";

/** Of Velero, whose API server takes any text. */
const velero = "kubernetes:velero.io/v1:Schedule";

export default defineRule({
  id: "workloads-cron-valid",
  severity: "medium",
  title: "Schedules can be read, and come due",
  remediation:
    "Write five fields, such as `15 3 * * *`, and the time zone into `spec.timeZone`: what never runs is missed only when its backup is needed.",
  covers: ["KYV-validate-cron-schedule"],
  url: "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax",
  config: z.strictObject({}),
  check: each([kubernetes.cronJob, velero], (job) => {
    const schedule = String(job.string("spec.schedule"));
    if (/TZ=/.test(schedule)) {
      return violation(
        `the schedule "${schedule}" of ${job.label} holds a time zone, which Kubernetes refuses: move it to spec.timeZone`,
      );
    }
    return failIf(
      neverRuns(schedule),
      `the schedule "${schedule}" of ${job.label} never comes due: correct spec.schedule`,
    );
  }),
});

/** Any day will do: it makes the answer the same every day. */
const start = new Date("2028-01-01T00:00:00Z");

function neverRuns(schedule: string): boolean {
  // Kubernetes knows @every too.
  if (/^@every \d+[smh]/.test(schedule)) return false;
  try {
    const cron = new Cron(schedule, { mode: "5-part", utcOffset: 0, sloppyRanges: true });
    return cron.nextRun(start) === null;
  } catch {
    return true;
  }
}
