import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "s3-object-events",
  severity: "low",
  title: "A trail records who reads and writes objects",
  remediation: "Add data events of `AWS::S3::Object` to the trail, of type All.",
  covers: ["AWS-0171", "AWS-0172", "cfg-cloudtrail-s3-dataevents-enabled", "SH-S3.22", "SH-S3.23"],
  url: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html",
  config: z.strictObject({}),
  check: each(aws.cloudTrail, (trail) => {
    const basic = trail
      .list("eventSelectors")
      .some(
        (each) =>
          (each.string("readWriteType") ?? "All") === "All" &&
          each.list("dataResources").some((data) => data.string("type") === "AWS::S3::Object"),
      );
    const advanced = trail
      .list("advancedEventSelectors")
      .some((each) =>
        each
          .list("fieldSelectors")
          .some(
            (field) =>
              field.string("field") === "resources.type" &&
              field.strings("equals").includes("AWS::S3::Object"),
          ),
      );
    return failIf(
      !basic && !advanced,
      `${trail.label} does not record requests to objects: add data events of AWS::S3::Object`,
    );
  }),
});
