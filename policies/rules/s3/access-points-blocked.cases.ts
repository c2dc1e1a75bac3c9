import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import rule from "./access-points-blocked.ts";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "by default, and said",
      stack: (s) => {
        s.add(aws.s3.AccessPoint, "point", { bucket: "b" });
        s.add(aws.s3control.MultiRegionAccessPoint, "many", {
          details: { name: "m", regions: [], publicAccessBlock: { blockPublicAcls: true } },
        });
      },
      of: ["point", "many"],
    },
  ],
  violation: [
    {
      title: "of one region",
      stack: (s) =>
        s.add(aws.s3.AccessPoint, "point", {
          bucket: "b",
          publicAccessBlockConfiguration: { blockPublicPolicy: false, ignorePublicAcls: false },
        }),
      says: "AccessPoint point can be made public: set blockPublicPolicy, ignorePublicAcls of publicAccessBlockConfiguration to true",
    },
    {
      title: "of many",
      stack: (s) =>
        s.add(aws.s3control.MultiRegionAccessPoint, "many", {
          details: {
            name: "m",
            regions: [],
            publicAccessBlock: { restrictPublicBuckets: false, blockPublicAcls: false },
          },
        }),
      says: "MultiRegionAccessPoint many can be made public: set blockPublicAcls, restrictPublicBuckets of details.publicAccessBlock",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) =>
        s.add(aws.s3.AccessPoint, "point", {
          bucket: "b",
          publicAccessBlockConfiguration: notKnown(),
        }),
    },
  ],
  notApplicable: [{ title: "none", stack: (s) => s.add(aws.s3.Bucket, "events", {}) }],
};
export default cases;
