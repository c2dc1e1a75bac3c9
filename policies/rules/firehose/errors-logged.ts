import { z } from "zod";
import { destinationOf } from "../../model/firehose.ts";
import { all, defineRule, each, failIf, notApplicable } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "firehose-errors-logged",
  severity: "medium",
  title: "Firehose logs what it could not deliver",
  remediation:
    "Set `cloudwatchLoggingOptions` of the destination to `{ enabled: true, logGroupName, logStreamName }`: else a stream that delivers " +
    "nothing any more does not say why.",
  covers: [],
  url: "https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html",
  config: z.strictObject({}),
  check: each(aws.firehose, (stream) => {
    const destination = destinationOf(stream);
    if (destination === undefined) {
      return notApplicable("its destination is none that is known here");
    }
    const logging = destination.at("cloudwatchLoggingOptions");
    const on = logging.boolean("enabled") === true;
    return all(
      failIf(!on, `${stream.label} does not log its errors: set ${logging.path}.enabled to true`),
      failIf(
        on && !(logging.has("logGroupName") && logging.has("logStreamName")),
        `${stream.label} logs its errors nowhere: set logGroupName and logStreamName of ${logging.path}`,
      ),
    );
  }),
});
