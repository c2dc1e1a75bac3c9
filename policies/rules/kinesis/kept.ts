import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "kinesis-kept",
  severity: "medium",
  title: "Streams keep records long enough to read them again after an outage",
  remediation:
    "Set `retentionPeriod` to the hours that consumers may stand still; nothing set is 24 hours.",
  covers: ["cfg-kinesis-stream-backup-retention-check", "SH-Kinesis.3"],
  url: "https://docs.aws.amazon.com/streams/latest/dev/kinesis-extended-retention.html",
  config: z.strictObject({
    minimumHours: z.int().min(24).max(8760).default(168).describe("Least retention, in hours"),
  }),
  check: each(aws.kinesis, (stream, { config }) => {
    const hours = stream.number("retentionPeriod") ?? 24;
    return failIf(
      hours < config.minimumHours,
      `${stream.label} keeps records for ${hours} hours, ${config.minimumHours} are wanted: raise retentionPeriod`,
    );
  }),
});
