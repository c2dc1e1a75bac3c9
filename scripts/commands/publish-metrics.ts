import { z } from "zod";
import { defineCommand } from "../command.ts";
import { requireParts } from "../connection.ts";
import { systemClock } from "../fence/clock.ts";
import { archiveLagSeconds } from "../metrics/archive-lag.ts";
import { cloudWatch } from "../metrics/cloudwatch.ts";
import { publishMetrics } from "../metrics/publish.ts";
import { rdsBackups } from "../postgres/rds-backups.ts";
import { factsOf } from "../status/facts.ts";

export default defineCommand({
  name: "publish-metrics",
  summary: "Publishes to CloudWatch what alarms are raised by (daemon)",
  daemon: true,
  params: z.object({
    region: z
      .string()
      .optional()
      .describe("where the alarms are; default: the control bucket's, the standby's region"),
    everySeconds: z.number().positive().default(60).describe("time between two values"),
  }),
  run(connection, { region, everySeconds }, context): Promise<void> {
    const { control, stack, line, kafka, postgres } = requireParts(connection, ["control"]);
    const copy = postgres?.kind === "rds" ? postgres.manifest.copy : null;
    const backups = copy === null ? undefined : rdsBackups({ region: copy.region });
    return publishMetrics(
      {
        facts: () => factsOf(connection),
        archiveSeconds: async (now) =>
          kafka === undefined ? undefined : archiveLagSeconds(kafka, now),
        databaseUntil: async () =>
          (await backups?.())?.find(({ arn }) => arn === copy?.arn)?.latest,
      },
      cloudWatch({ region: region ?? control.region, stack, line }),
      everySeconds,
      systemClock,
      context,
    );
  },
});
