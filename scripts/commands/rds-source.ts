import { z } from "zod";
import { defineCommand, UserError } from "../command.ts";
import { requireParts } from "../connection.ts";
import { withControl } from "../fence/control.ts";
import { rdsBackups } from "../postgres/rds-backups.ts";
import { newestRdsManifest } from "../postgres/rds-record.ts";
import { restoreSource, type RestoreSource } from "../postgres/rds-source.ts";

const params = z.object({
  primaryRegion: z.string().min(1).describe("region whose backups are restored: the primary's"),
  identifierPrefix: z
    .string()
    .optional()
    .describe("beginning of the primary's instance names, where no manifest names one"),
  at: z.iso.datetime().optional().describe("UTC; default: the latest time that can be restored"),
});

/** Calls the standby's own region alone: control bucket and RDS. Changes nothing. */
export default defineCommand({
  name: "rds-source",
  summary: "Says from which replicated backup the standby restores RDS",
  params,
  async run(connection, { primaryRegion, identifierPrefix, at }, reporter): Promise<RestoreSource> {
    const { control, region } = requireParts(connection, ["control"]);
    const recorded = await withControl(control, newestRdsManifest).catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      reporter.warn(`${error.message} The backup is looked up instead.`);
      return undefined;
    });
    const source = await restoreSource(recorded?.manifest, rdsBackups({ region }), {
      region,
      primaryRegion,
      ...(identifierPrefix === undefined ? {} : { identifierPrefix }),
      ...(at === undefined ? {} : { at }),
    });
    for (const note of source.notes) reporter.warn(note);
    reporter.progress(`${source.backupArn}, found by its ${source.foundBy}`);
    return source;
  },
});
