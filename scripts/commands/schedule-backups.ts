import { Cron } from "croner";
import { z } from "zod";
import { runSchedule } from "../backup/schedule.ts";
import { defineCommand } from "../command.ts";

const cron = z.string().refine(
  (pattern) => {
    try {
      return new Cron(pattern, { paused: true }).nextRun() !== null;
    } catch {
      return false;
    }
  },
  { error: 'is no cron expression that will ever run, for example "0 3 * * *"' },
);

export default defineCommand({
  name: "schedule-backups",
  summary: "Take backups and ensemble snapshots when they are due (daemon)",
  daemon: true,
  params: z.object({
    fullCron: cron.optional().describe("when full backups are taken (cron, UTC)"),
    incrementalCron: cron.optional().describe("when incremental backups are taken (cron, UTC)"),
    zookeeperSeconds: z
      .number()
      .positive()
      .optional()
      .describe("seconds between ensemble snapshots"),
    initial: z
      .boolean()
      .default(true)
      .describe("take a full backup at once when the epoch has none"),
  }),
  run: (connection, { fullCron, incrementalCron, zookeeperSeconds, initial }, context) =>
    runSchedule(
      connection,
      {
        initial,
        ...(fullCron === undefined ? {} : { fullCron }),
        ...(incrementalCron === undefined ? {} : { incrementalCron }),
        ...(zookeeperSeconds === undefined ? {} : { zookeeperSeconds }),
      },
      context,
    ),
});
