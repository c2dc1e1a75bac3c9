import { z } from "zod";
import { bucketOf } from "../../model/firehose.ts";
import { defineRule, each, failIf, notApplicable, violation } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "firehose-failures-kept",
  severity: "medium",
  title: "What Firehose could not convert or deliver is kept in a place of its own",
  remediation:
    "Set `errorOutputPrefix` of the stream's S3 configuration, for example `failed/!{firehose:error-output-type}/`: those records are " +
    "in no archive yet, and a replay needs them.",
  covers: [],
  url: "https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html",
  config: z.strictObject({}),
  check: each(aws.firehose, (stream) => {
    const s3 = bucketOf(stream);
    if (s3 === undefined) return notApplicable("its destination is none that is known here");
    const [failed, good] = [s3.peek("errorOutputPrefix"), s3.peek("prefix")];
    const where = `${s3.path}.errorOutputPrefix`;
    if (failed === undefined) {
      return violation(`${stream.label} names no place for records that fail: set ${where}`);
    }
    return failIf(
      typeof failed === "string" && failed === good,
      `${stream.label} mixes records that fail with the others: set ${where} apart from prefix`,
    );
  }),
});
