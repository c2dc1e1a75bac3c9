import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, nowhere, open, type StackBuilder } from "../../testing/builder.ts";
import { custom } from "../../types.ts";
import rule from "./standby-stands-alone.ts";

const bucket = (s: StackBuilder) => s.add(aws.s3.Bucket, "vault", {});
const standby = { objectives: { role: "standby", primaryRegion: "us-east-1" } };
const previews = ["engine preview", "saved preview"] as const;

const cases: Cases = {
  rule,
  pass: [
    { title: "in its own region", stack: bucket, ...standby },
    {
      title: "by its configuration",
      stack: bucket,
      stackConfig: { "platform:role": "standby", "platform:primaryRegion": "us-east-1" },
    },
    {
      title: "nothing of AWS",
      stack: (s) => s.custom("recover:index:Process", "server", {}),
      ...standby,
    },
  ],
  violation: [
    {
      title: "a reference to another stack",
      stack: (s) => {
        bucket(s);
        s.custom(custom.stackReference, "acme/platform/prod", { name: "acme/platform/prod" });
      },
      ...standby,
      says: "StackReference acme/platform/prod reads another stack",
    },
    {
      title: "in the primary's region",
      stack: (s) => {
        bucket(s);
        s.add(aws.kms.Key, "key", {}, { region: "us-east-1" });
      },
      ...standby,
      says: "Key key is in us-east-1, the primary's region",
      of: ["key"],
      only: ["engine preview", "engine up"],
    },
    {
      title: "in the primary's region, by configuration",
      stack: bucket,
      stackConfig: { "platform:role": "standby", "platform:primaryRegion": "eu-central-1" },
      says: "Bucket vault is in eu-central-1, the primary's region",
    },
    {
      title: "no region is pinned",
      stack: (s) => s.add(aws.kms.Key, "key", {}, { region: nowhere }),
      ...standby,
      only: previews,
      says: "the region of Key key comes from the environment: set region on its provider",
    },
  ],
  unknown: [
    {
      title: "the provider's region is not known yet",
      stack: (s) => s.custom("pulumi:providers:aws", "there", { region: notKnown() }),
      ...standby,
      says: "the region of aws there is not known yet",
    },
    {
      title: "of a resource's own provider",
      stack: (s) => s.add(aws.kms.Key, "key", {}, { provider: { region: open } }),
      ...standby,
      only: previews,
      says: "the region of Key key is not known yet",
    },
  ],
  notApplicable: [
    { title: "a primary", stack: bucket, objectives: { role: "primary" }, says: "no standby" },
    { title: "no role", stack: bucket },
  ],
};
export default cases;
