import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "rds-tags-copied",
  severity: "low",
  title: "Snapshots carry the tags of their database",
  remediation: "Set `copyTagsToSnapshot: true`: recoveries and policies by tag find snapshots too.",
  covers: ["CKV_AWS_313", "CKV2_AWS_60", "SH-RDS.16", "SH-RDS.17"],
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Tagging.html",
  config: z.strictObject({}),
  check: each([aws.dbInstance, aws.dbCluster], (database) => {
    return failIf(
      !(database.boolean("copyTagsToSnapshot") ?? false),
      `snapshots of ${database.label} have no tags: set copyTagsToSnapshot to true`,
    );
  }),
});
