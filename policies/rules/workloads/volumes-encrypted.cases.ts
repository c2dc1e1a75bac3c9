import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { storageClass } from "../../testing/storage.ts";
import { statefulSet } from "../../testing/workloads.ts";
import rule from "./volumes-encrypted.ts";

const byDefault = (s: StackBuilder, args: aws.ebs.EncryptionByDefaultArgs) =>
  s.add(aws.ebs.EncryptionByDefault, "default", args);
const encrypted = { parameters: { encrypted: "true" } };

const cases: Cases = {
  rule,
  pass: [
    {
      title: "with a key of the stack, whose ARN a preview does not know",
      stack: (s) => {
        const kmsKeyId = s.add(aws.kms.Key, "key", {}).arn;
        storageClass(s, { parameters: { encrypted: "true", kmsKeyId } });
      },
      config: { customerKey: true },
      of: ["gp3"],
    },
    { title: "with a key of AWS", stack: (s) => storageClass(s, encrypted) },
    {
      title: "everything in the account is",
      stack: (s) => {
        storageClass(s);
        byDefault(s, {});
      },
    },
  ],
  violation: [
    {
      title: "nothing set, by three provisioners, and off",
      stack: (s) => {
        storageClass(s);
        storageClass(s, { provisioner: "ebs.csi.eks.amazonaws.com" }, "auto");
        storageClass(s, { provisioner: "kubernetes.io/aws-ebs" }, "old");
        storageClass(s, { parameters: { encrypted: "false" } }, "off");
      },
      says: 'volumes of StorageClass gp3 are stored as they are: set parameters.encrypted to "true"',
      of: ["auto", "gp3", "off", "old"],
    },
    {
      title: "the account's setting is off",
      stack: (s) => {
        storageClass(s);
        byDefault(s, { enabled: false });
      },
      says: "stored as they are",
    },
    {
      title: "a key of one's own is wanted",
      stack: (s) => storageClass(s, encrypted),
      config: { customerKey: true },
      says: "volumes of StorageClass gp3 are encrypted with the key that AWS manages: set parameters.kmsKeyId",
    },
    {
      title: "a key of one's own is wanted, the account's setting has none",
      stack: (s) => {
        storageClass(s);
        byDefault(s, {});
      },
      config: { customerKey: true },
      says: "stored as they are",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => storageClass(s, { parameters: { encrypted: notKnown() } }),
      says: "parameters.encrypted of StorageClass gp3 is not known",
    },
  ],
  notApplicable: [
    { title: "no class", stack: (s) => statefulSet(s, "db") },
    {
      title: "files of EFS",
      stack: (s) => storageClass(s, { provisioner: "efs.csi.aws.com" }, "efs"),
      says: "efs.csi.aws.com makes no volumes of EBS",
      of: ["efs"],
    },
  ],
};
export default cases;
