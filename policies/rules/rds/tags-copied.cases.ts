import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { auroraCluster, database } from "../../testing/databases.ts";
import rule from "./tags-copied.ts";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "set",
      stack: (s) => {
        database(s, { copyTagsToSnapshot: true });
        auroraCluster(s, { copyTagsToSnapshot: true });
      },
      of: ["db", "cluster"],
    },
  ],
  violation: [
    { title: "off", stack: (s) => database(s, { copyTagsToSnapshot: false }), says: "Instance db" },
    { title: "nothing said", stack: (s) => database(s), says: "set copyTagsToSnapshot to true" },
    {
      title: "of a cluster",
      stack: (s) => auroraCluster(s, { copyTagsToSnapshot: false }),
      says: "Cluster cluster",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => database(s, { copyTagsToSnapshot: notKnown() }),
      says: "copyTagsToSnapshot of",
    },
  ],
  notApplicable: [{ title: "no database", stack: (s) => s.add(aws.kms.Key, "key", {}) }],
};
export default cases;
