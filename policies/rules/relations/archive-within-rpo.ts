import { z } from "zod";
import { archivePaths } from "../../model/kafka.ts";
import { decide, defineRule, failIf, notApplicable } from "../../rule.ts";
import { saySeconds } from "../../settings/units.ts";

export default defineRule({
  id: "relations-archive-within-rpo",
  severity: "critical",
  title: "An event is in the archive before the promised loss has passed",
  remediation:
    "Lower Firehose's `bufferingInterval`, or the sink's flush interval, to the promised loss or less, replication to the other region included.",
  covers: [],
  url: "https://docs.aws.amazon.com/firehose/latest/dev/buffering-hints.html",
  config: z.strictObject({
    replicationSeconds: z
      .number()
      .min(0)
      .default(0)
      .describe("Time that the copy into the other region takes, to be added"),
  }),
  check: ({ stack, config }) => {
    const { rpo } = stack.objectives;
    if (rpo === undefined) return [{ outcome: notApplicable("objectives.rpo is not declared") }];
    const paths = archivePaths(stack);
    if (paths.length === 0) return [{ outcome: notApplicable("nothing archives Kafka's topics") }];
    return paths.map((path) => ({
      resource: path.resource,
      outcome: decide(() => {
        const buffers = path.delaySeconds();
        const copied = config.replicationSeconds;
        return failIf(
          buffers + copied > rpo,
          `${path.resource.label} writes events up to ${saySeconds(buffers)} late` +
            `${copied > 0 ? `, copies take ${saySeconds(copied)}` : ""}, ${saySeconds(rpo)} are promised (objectives.rpo): ` +
            "lower bufferingInterval, or the flush interval",
        );
      }),
    }));
  },
});
