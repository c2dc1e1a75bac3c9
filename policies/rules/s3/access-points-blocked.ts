import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "s3-access-points-blocked",
  severity: "high",
  title: "Access points block public access",
  remediation:
    "Leave `publicAccessBlockConfiguration` of access points out, or set all four settings to true; it cannot be changed later.",
  covers: ["CKV_AWS_392", "SH-S3.19", "SH-S3.24"],
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points.html",
  config: z.strictObject({}),
  check: each([aws.accessPoint, aws.multiRegionAccessPoint], (point) => {
    const path =
      point.type === aws.accessPoint
        ? "publicAccessBlockConfiguration"
        : "details.publicAccessBlock";
    const block = point.at(path);
    const off = [
      "blockPublicAcls",
      "blockPublicPolicy",
      "ignorePublicAcls",
      "restrictPublicBuckets",
    ].filter((setting) => block.boolean(setting) === false);
    return failIf(
      off.length > 0,
      `${point.label} can be made public: set ${off.join(", ")} of ${path} to true`,
    );
  }),
});
