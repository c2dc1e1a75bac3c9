import { z } from "zod";
import { isSink } from "../../model/kafka.ts";
import { defineRule, each, failIf, notApplicable, undecided } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "dr-sink-name-stable",
  severity: "high",
  title: "A sink connector keeps its name when it is replaced",
  remediation:
    "Set `name`: the connector's position is the consumer group `connect-NAME`, so a new name starts again, or leaves a gap.",
  covers: ["DR-12"],
  url: "https://kafka.apache.org/documentation/#connect_running",
  config: z.strictObject({}),
  check: each(aws.connector, (connector) => {
    if (!isSink(connector)) return notApplicable("it is no sink");
    const name = connector.peek("name");
    if (typeof name !== "string") {
      return undecided(`name of ${connector.label} is not known: Pulumi would make one up`);
    }
    // What Pulumi makes up: the logical name and seven random digits.
    const prefix = `${connector.name}-`;
    return failIf(
      name.startsWith(prefix) && /^[0-9a-f]{7}$/.test(name.slice(prefix.length)),
      `${connector.label} is named ${name} by chance, another one after a replacement: set name`,
    );
  }),
});
