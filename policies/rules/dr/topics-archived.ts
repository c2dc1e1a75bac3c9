import { z } from "zod";
import {
  archivePaths,
  internalTopic,
  retentionOf,
  topicOf,
  topicTypes,
  type ArchivePath,
  type Topic,
} from "../../model/kafka.ts";
import type { Stack } from "../../model/stack.ts";
import { NotKnown, orNotKnown } from "../../model/value.ts";
import { defineRule, each, failIf, notApplicable, violation } from "../../rule.ts";
import { saySeconds } from "../../settings/units.ts";

export default defineRule({
  id: "dr-topics-archived",
  severity: "critical",
  title: "Every topic is archived, and Kafka keeps its records until they are",
  remediation:
    "Give each topic a Firehose stream with `mskSourceConfiguration`, or name it in an S3 sink connector; keep `retention.ms` above the " +
    "time that the archive buffers, and the longest time for which it may stand still.",
  covers: ["DR-10"],
  url: "https://docs.aws.amazon.com/firehose/latest/dev/writing-with-msk.html",
  config: z.strictObject({
    except: z
      .string()
      .default("")
      .describe(
        "Regular expression over names of topics that need no archive; Kafka's own never do",
      ),
  }),
  check: each(topicTypes, (resource, { stack, config }) => {
    const topic = topicOf(resource);
    const excepted = config.except !== "" && new RegExp(config.except).test(topic.name);
    if (excepted || internalTopic.test(topic.name)) return notApplicable("it needs no archive");
    const path = pathOf(topic, stack);
    if (path === undefined) {
      return violation(
        `topic ${topic.name} has no way into long-term storage: add a Firehose stream or an S3 sink that takes it`,
      );
    }
    const kept = retentionOf(topic, stack);
    const outage = stack.objectives.stream?.outage ?? 86_400;
    const delay = path.delaySeconds();
    return failIf(
      kept <= delay + outage,
      `topic ${topic.name} keeps records for ${saySeconds(kept)}; ${path.resource.label} buffers for ${saySeconds(delay)} and may stand still ` +
        `for ${saySeconds(outage)} (objectives.stream.outage): set retention.ms above ${(delay + outage) * 1000}`,
    );
  }),
});

/** @throws NotKnown when none is known to take it and one may */
function pathOf(topic: Topic, stack: Stack): ArchivePath | undefined {
  const answers = archivePaths(stack).map((path) => ({
    path,
    takes: orNotKnown(() => path.takes(topic, stack)),
  }));
  const sure = answers.find(({ takes }) => takes === true);
  if (sure !== undefined) return sure.path;
  const open = answers.map(({ takes }) => takes).find((each) => each instanceof NotKnown);
  if (open !== undefined) throw open;
  return undefined;
}
