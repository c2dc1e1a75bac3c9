import { z } from "zod";
import { internalTopic, retentionOf, topicOf, topicTypes } from "../../model/kafka.ts";
import { defineRule, each, failIf, notApplicable } from "../../rule.ts";
import { needOf, needUndeclared } from "../../settings/need.ts";
import { saySeconds } from "../../settings/units.ts";

export default defineRule({
  id: "relations-kafka-outlives-restore",
  severity: "critical",
  title: "Kafka keeps events until a restored ClickHouse has caught up",
  remediation:
    "Raise `retention.ms`: above the time between backups, plus one backup, plus the restore (fixed + size ÷ throughput), plus the margin.",
  covers: [],
  url: "https://kafka.apache.org/documentation/#topicconfigs_retention.ms",
  config: z.strictObject({}),
  check: each(topicTypes, (resource, { stack }) => {
    const need = needOf(stack.objectives);
    if (need === undefined) return notApplicable(needUndeclared);
    const topic = topicOf(resource);
    if (internalTopic.test(topic.name)) return notApplicable("a topic of Kafka's own");
    const kept = retentionOf(topic, stack);
    return failIf(
      kept <= need.seconds,
      `topic ${topic.name} keeps events for ${saySeconds(kept)}, a recovery needs ${saySeconds(need.seconds)} ` +
        `(${need.sum}): set retention.ms above ${need.seconds * 1000}`,
    );
  }),
});
