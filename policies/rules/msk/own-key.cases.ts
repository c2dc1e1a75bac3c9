import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { cluster } from "../../testing/kafka.ts";
import rule from "./own-key.ts";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "a key",
      stack: (s) =>
        cluster(s, {
          encryptionInfo: { encryptionAtRestKmsKeyArn: s.add(aws.kms.Key, "key", {}).arn },
        }),
      of: ["kafka"],
    },
  ],
  violation: [
    {
      title: "none",
      stack: (s) => cluster(s),
      says: "Cluster kafka is encrypted with the service's key: set encryptionInfo.encryptionAtRestKmsKeyArn",
    },
    {
      title: "only in transit",
      stack: (s) => cluster(s, { encryptionInfo: { encryptionInTransit: {} } }),
      says: "service's key",
    },
  ],
  unknown: "whether a key is named is known in every source",
  notApplicable: [{ title: "no cluster", stack: (s) => s.add(aws.kms.Key, "key", {}) }],
};
export default cases;
