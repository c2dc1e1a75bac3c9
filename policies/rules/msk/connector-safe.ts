import { z } from "zod";
import { all, defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "msk-connector-safe",
  severity: "high",
  title: "Connectors talk to Kafka encrypted, and their logs are kept",
  remediation:
    "Set `kafkaClusterEncryptionInTransit.encryptionType` to TLS, and a target in `logDelivery.workerLogDelivery`.",
  covers: ["SH-MSK.3", "SH-MSK.5"],
  url: "https://docs.aws.amazon.com/msk/latest/developerguide/msk-connect.html",
  config: z.strictObject({}),
  check: each(aws.connector, (connector) => {
    const how = connector.string("kafkaClusterEncryptionInTransit.encryptionType") ?? "PLAINTEXT";
    const logs = connector.at("logDelivery.workerLogDelivery");
    const on = ["cloudwatchLogs", "firehose", "s3"].some(
      (each) => logs.boolean(`${each}.enabled`) === true,
    );
    return all(
      failIf(
        how !== "TLS",
        `${connector.label} talks to Kafka in ${how}: set kafkaClusterEncryptionInTransit.encryptionType to TLS`,
      ),
      failIf(!on, `logs of ${connector.label} are kept nowhere: set logDelivery.workerLogDelivery`),
    );
  }),
});
