import { z } from "zod";
import { dataBuckets, eachDataBucket } from "../../model/data.ts";
import { all, defineRule, failIf, notApplicable } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "dr-expiry-after-chain",
  severity: "critical",
  title: "Nothing expires that the newest backup still needs",
  remediation:
    "Let `expiration` and `noncurrentVersionExpiration` of the bucket's lifecycle be longer than the longest chain of backups: " +
    "an increment without its base restores nothing.",
  covers: ["DR-07"],
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html",
  config: z.strictObject({
    ...dataBuckets,
    minimumDays: z
      .int()
      .min(1)
      .default(35)
      .describe("Least days until objects expire, where objectives.backup.chain is not declared"),
  }),
  check: eachDataBucket((bucket, { stack, config }) => {
    const lifecycle = stack.partOf(bucket, aws.bucketLifecycle, "bucket");
    if (lifecycle === undefined) return notApplicable("nothing expires in it");
    const chain = stack.objectives.backup?.chain;
    const least = chain === undefined ? config.minimumDays : Math.ceil(chain / 86_400);
    const reason =
      chain === undefined ? "config minimumDays" : "objectives.backup.chain, the longest chain";
    const rules = lifecycle.list("rules").filter((rule) => rule.string("status") === "Enabled");
    return all(
      ...rules.flatMap((rule) =>
        ["expiration.days", "noncurrentVersionExpiration.noncurrentDays"].map((path) => {
          // The provider writes a nought where nothing is set.
          const days = rule.number(path) ?? 0;
          return failIf(
            days > 0 && days < least,
            `${lifecycle.label} takes objects of ${bucket.label} away after ${days} days, ` +
              `they are needed for ${least} (${reason}): raise rules[].${path}`,
          );
        }),
      ),
    );
  }),
});
