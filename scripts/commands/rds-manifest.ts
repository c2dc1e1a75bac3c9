import { z } from "zod";
import { defineCommand, UserError } from "../command.ts";
import { requireParts } from "../connection.ts";
import { withControl } from "../fence/control.ts";
import { assertEpoch } from "../fence/epoch.ts";
import { putRdsManifest } from "../postgres/rds-record.ts";

export default defineCommand({
  name: "rds-manifest",
  summary: "Writes what a restore of RDS needs to the control bucket, in the standby's region",
  params: z.object({}),
  async run(connection, _params, reporter): Promise<{ readonly key: string }> {
    const { control, postgres, line, epoch } = requireParts(connection, ["control", "postgres"]);
    if (postgres.kind !== "rds") {
      throw new UserError(
        `PostgreSQL of stack "${connection.stack}" is not RDS's: its base backups and WAL are in the vault, ` +
          "and there is no manifest. Nothing was written.",
      );
    }
    // Where the standby restores from is not for a side that was fenced to say.
    await assertEpoch(connection);
    const key = await withControl(control, (store) =>
      putRdsManifest(store, line, epoch, postgres.manifest),
    );
    reporter.progress(`${key}: ${postgres.manifest.identifier}`);
    return { key };
  },
});
