import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import rule from "./rotated.ts";

const key = (s: StackBuilder, args: aws.kms.KeyArgs, name = "key") =>
  s.add(aws.kms.Key, name, args);
const rotated = { enableKeyRotation: true };

const cases: Cases = {
  rule,
  pass: [
    {
      title: "yearly, and exactly as often as wanted; the replica follows its primary",
      stack: (s) => {
        const multi = key(s, { ...rotated, multiRegion: true });
        key(s, { ...rotated, rotationPeriodInDays: 365 }, "other");
        s.add(aws.kms.ReplicaKey, "replica", { primaryKeyArn: multi.arn }, { region: "eu-west-1" });
      },
      of: ["key", "other"],
    },
    {
      title: "said in full",
      stack: (s) =>
        key(s, {
          ...rotated,
          keyUsage: "ENCRYPT_DECRYPT",
          customerMasterKeySpec: "SYMMETRIC_DEFAULT",
        }),
    },
  ],
  violation: [
    {
      title: "not set, and off",
      stack: (s) => {
        key(s, {});
        key(s, { enableKeyRotation: false }, "other");
      },
      says: "Key key keeps its key material for ever: set enableKeyRotation to true",
      of: ["key", "other"],
    },
    {
      title: "a day too seldom",
      stack: (s) => key(s, { ...rotated, rotationPeriodInDays: 366 }),
      says: "every 366 days, 365 are wanted: lower rotationPeriodInDays",
    },
    {
      title: "more often is wanted than AWS does by itself",
      stack: (s) => key(s, rotated),
      config: { maximumDays: 180 },
      says: "every 365 days, 180 are wanted",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => key(s, { enableKeyRotation: notKnown() }),
      says: "enableKeyRotation of Key key is not known",
    },
  ],
  notApplicable: [
    { title: "no key", stack: (s) => s.add(aws.s3.Bucket, "events", {}), says: "no Key" },
    {
      title: "one that signs",
      stack: (s) => key(s, { keyUsage: "SIGN_VERIFY", customerMasterKeySpec: "ECC_NIST_P256" }),
      says: "only symmetric keys",
    },
    {
      title: "one that encrypts with two halves",
      stack: (s) => key(s, { customerMasterKeySpec: "RSA_4096" }),
      says: "only symmetric keys",
    },
    {
      title: "one that authenticates messages",
      stack: (s) => key(s, { keyUsage: "GENERATE_VERIFY_MAC" }),
      says: "only symmetric keys",
    },
    {
      title: "in a key store of one's own, in HSMs or elsewhere",
      stack: (s) => {
        key(s, { customKeyStoreId: "cks-1" });
        key(s, { xksKeyId: "external-1" }, "other");
      },
      says: "key store",
      of: ["key", "other"],
    },
  ],
};
export default cases;
