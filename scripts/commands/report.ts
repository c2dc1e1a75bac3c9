import { z } from "zod";
import { defineCommand } from "../command.ts";
import { requireParts } from "../connection.ts";
import { asJson, withControl } from "../fence/control.ts";
import { keys } from "../fence/records.ts";
import { boxes, reportOf, type RecoveryReport } from "../status/report.ts";

export default defineCommand({
  name: "report",
  summary: "Joins the results of a recovery's boxes into one report, and keeps it",
  params: z.object({
    recoveryId: z.string().min(1).describe("the recovery"),
    results: boxes.describe("JSON: result of each box by its name"),
  }),
  async run(connection, { recoveryId, results }, reporter): Promise<RecoveryReport> {
    const { control, line } = requireParts(connection, ["control"]);
    const report = reportOf(recoveryId, results);
    await withControl(control, async (store) => {
      await store.write(keys.step(line, recoveryId, "report"), asJson(report));
      if (report.throughput.restoreBytesPerSecond !== null) {
        await store.write(
          keys.announcement(line, "throughput"),
          asJson({ time: new Date().toISOString(), ...report.throughput }),
        );
      }
    });
    const { backup, archive, kafka } = report.rowsFrom;
    reporter.progress(
      `recovered in ${report.seconds ?? "unknown"} s: ${backup} from the backup, ${archive} from the ` +
        `archive, ${kafka} from Kafka; at risk were ${report.rpo.events ?? "an unknown number of"} events`,
    );
    const gaps = report.gaps.reduce((total, partition) => total + partition.gaps, 0);
    if (gaps > 0) {
      reporter.progress(
        `${gaps} offsets of clusters that are gone are in no source: marks of transactions, or events that ` +
          "had not arrived; the report names them by partition",
      );
    }
    return report;
  },
});
