import { z } from "zod";
import { defineCommand } from "../command.ts";
import { requireParts } from "../connection.ts";
import { systemClock } from "../fence/clock.ts";
import { withControl } from "../fence/control.ts";
import { announceLags } from "../metrics/announce.ts";
import { archiveLag } from "../metrics/archive-lag.ts";
import { cloudWatch } from "../metrics/cloudwatch.ts";
import { publishMetrics } from "../metrics/publish.ts";
import { replicationLag } from "../metrics/replication-lag.ts";
import { rdsBackups } from "../postgres/rds-backups.ts";
import { factsOf } from "../status/facts.ts";

export default defineCommand({
  name: "publish-metrics",
  summary:
    "Publishes what alarms are raised by, and announces how far archive and copies are (daemon)",
  daemon: true,
  params: z.object({
    region: z
      .string()
      .optional()
      .describe("where the alarms are; default: the control bucket's, the standby's region"),
    everySeconds: z.number().positive().default(60).describe("time between two values"),
    flushSeconds: z
      .number()
      .positive()
      .default(60)
      .describe("how long the archive's writer may collect events, as it is set"),
    replication: z
      .object({
        region: z.string(),
        rules: z.array(
          z.object({ source: z.string(), destination: z.string(), ruleId: z.string() }),
        ),
      })
      .optional()
      .describe(
        "rules of S3's replication and the region of their sources, as JSON; default: none",
      ),
  }),
  run(connection, { region, everySeconds, flushSeconds, replication }, context): Promise<void> {
    const { control, stack, line, kafka, postgres } = requireParts(connection, ["control"]);
    const copy = postgres?.kind === "rds" ? postgres.manifest.copy : null;
    const backups = copy === null ? undefined : rdsBackups({ region: copy.region });
    return publishMetrics(
      {
        facts: () => factsOf(connection),
        archive: async (now) => (kafka === undefined ? undefined : archiveLag(kafka, now)),
        replication: async (now) =>
          replication === undefined ? undefined : replicationLag(replication, now),
        announce: (lags, now) =>
          withControl(control, (store) => announceLags(store, connection, flushSeconds, lags, now)),
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
