import { z } from "zod";
import { defineRule, failIf, notApplicable, decide, type Verdict } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "dr-source-position-explicit",
  severity: "high",
  title: "What reads from Kafka says where it starts",
  remediation:
    "Set `mskSourceConfiguration.readFromTimestamp` (`1970-01-01T00:00:00Z` for the beginning), and a replicator's " +
    "`startingPosition.type`: by default they start at what arrives once they are up, and leave a gap that nobody sees.",
  covers: ["DR-11"],
  url: "https://docs.aws.amazon.com/firehose/latest/dev/writing-with-msk.html",
  config: z.strictObject({}),
  check: ({ stack }) => {
    const streams = stack.of(aws.firehose).filter((each) => each.has("mskSourceConfiguration"));
    const replicators = stack.of(aws.mskReplicator);
    const verdicts: Verdict[] = [
      ...streams.map((resource) => ({
        resource,
        outcome: failIf(
          !resource.has("mskSourceConfiguration.readFromTimestamp"),
          `${resource.label} starts with what arrives once it is up: set mskSourceConfiguration.readFromTimestamp`,
        ),
      })),
      ...replicators.map((resource) => ({
        resource,
        outcome: decide(() =>
          failIf(
            resource
              .list("replicationInfoList.topicReplications")
              .some((each) => !each.has("startingPosition.type")),
            `${resource.label} starts with what arrives once it is up: set replicationInfoList.topicReplications[].startingPosition.type`,
          ),
        ),
      })),
    ];
    return verdicts.length > 0
      ? verdicts
      : [{ outcome: notApplicable("nothing in the stack reads from Kafka") }];
  },
});
