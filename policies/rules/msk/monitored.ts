import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "msk-monitored",
  severity: "low",
  title: "Metrics of Kafka are by broker at least",
  remediation:
    "Set `enhancedMonitoring` to PER_BROKER or more: consumer lag and full disks show there.",
  covers: ["SH-MSK.2"],
  url: "https://docs.aws.amazon.com/msk/latest/developerguide/metrics-details.html",
  config: z.strictObject({}),
  check: each(aws.mskCluster, (cluster) => {
    const level = cluster.string("enhancedMonitoring") ?? "DEFAULT";
    return failIf(
      level === "DEFAULT",
      `${cluster.label} reports as a whole only: set enhancedMonitoring to PER_BROKER`,
    );
  }),
});
