import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import rule from "./object-events.ts";

const trail = (s: StackBuilder, more: Partial<aws.cloudtrail.TrailArgs>) =>
  s.add(aws.cloudtrail.Trail, "trail", { s3BucketName: "logs", ...more });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "basic",
      stack: (s) =>
        trail(s, {
          eventSelectors: [
            { dataResources: [{ type: "AWS::S3::Object", values: ["arn:aws:s3"] }] },
          ],
        }),
      of: ["trail"],
    },
    {
      title: "basic, beside another kind",
      stack: (s) =>
        trail(s, {
          eventSelectors: [
            {
              dataResources: [
                { type: "AWS::Lambda::Function", values: [] },
                { type: "AWS::S3::Object", values: [] },
              ],
            },
          ],
        }),
    },
    {
      title: "advanced",
      stack: (s) =>
        trail(s, {
          advancedEventSelectors: [
            {
              fieldSelectors: [
                { field: "eventCategory", equals: ["Data"] },
                { field: "resources.type", equals: ["AWS::S3::Object"] },
              ],
            },
          ],
        }),
    },
  ],
  violation: [
    {
      title: "none",
      stack: (s) => trail(s, {}),
      says: "Trail trail does not record requests to objects",
    },
    {
      title: "only writes",
      stack: (s) =>
        trail(s, {
          eventSelectors: [
            {
              readWriteType: "WriteOnly",
              dataResources: [{ type: "AWS::S3::Object", values: [] }],
            },
          ],
        }),
      says: "does not record",
    },
    {
      title: "of functions, the basic way",
      stack: (s) =>
        trail(s, {
          eventSelectors: [{ dataResources: [{ type: "AWS::Lambda::Function", values: [] }] }],
        }),
      says: "does not record",
    },
    {
      title: "of functions",
      stack: (s) =>
        trail(s, {
          advancedEventSelectors: [
            { fieldSelectors: [{ field: "resources.type", equals: ["AWS::Lambda::Function"] }] },
          ],
        }),
      says: "does not record",
    },
    {
      title: "another field",
      stack: (s) =>
        trail(s, {
          advancedEventSelectors: [
            { fieldSelectors: [{ field: "eventName", equals: ["AWS::S3::Object"] }] },
          ],
        }),
      says: "does not record",
    },
  ],
  unknown: [{ title: "not known", stack: (s) => trail(s, { eventSelectors: notKnown() }) }],
  notApplicable: [
    {
      title: "no trail: it is the account's, not the stack's",
      stack: (s) => s.add(aws.s3.Bucket, "events", {}),
    },
  ],
};
export default cases;
