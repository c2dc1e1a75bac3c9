import { z } from "zod";
import { internalTopic, topicOf, topicTypes } from "../../model/kafka.ts";
import { defineRule, each, failIf, notApplicable, pass } from "../../rule.ts";
import { needOf, needUndeclared } from "../../settings/need.ts";
import { sayBytes, saySeconds } from "../../settings/units.ts";

export default defineRule({
  id: "relations-kafka-topic-bytes",
  severity: "critical",
  title: "No limit in bytes takes events away before a recovery has read them",
  remediation:
    "Take `retention.bytes` out (it counts for each partition), or raise it above the declared rate times the time that a recovery needs, " +
    "divided by the partitions.",
  covers: [],
  url: "https://kafka.apache.org/documentation/#topicconfigs_retention.bytes",
  config: z.strictObject({}),
  check: each(topicTypes, (resource, { stack }) => {
    const need = needOf(stack.objectives);
    const rate = stack.objectives.stream?.rate;
    if (need === undefined) return notApplicable(needUndeclared);
    if (rate === undefined) return notApplicable("objectives.stream.rate is not declared");
    const topic = topicOf(resource);
    if (internalTopic.test(topic.name)) return notApplicable("a topic of Kafka's own");
    const limit = Number(topic.setting("retention.bytes") ?? -1);
    if (limit < 0) return pass;
    const kept = limit * topic.partitions;
    const wanted = rate * need.seconds;
    return failIf(
      kept < wanted,
      `topic ${topic.name} keeps ${sayBytes(kept)} (${sayBytes(limit)} × ${topic.partitions} partitions); at ${sayBytes(rate)} a second ` +
        `(objectives.stream.rate) ${sayBytes(wanted)} come in ${saySeconds(need.seconds)}: ` +
        `set retention.bytes to ${Math.ceil(wanted / topic.partitions)} or more, or take it out`,
    );
  }),
});
