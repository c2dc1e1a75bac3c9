import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { database } from "../../testing/databases.ts";
import rule from "./private.ts";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "set",
      stack: (s) => {
        database(s, { publiclyAccessible: false });
      },
      of: ["db"],
    },
    { title: "nothing said", stack: (s) => database(s) },
  ],
  violation: [
    { title: "off", stack: (s) => database(s, { publiclyAccessible: true }), says: "Instance db" },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => database(s, { publiclyAccessible: notKnown() }),
      says: "publiclyAccessible of",
    },
  ],
  notApplicable: [{ title: "no database", stack: (s) => s.add(aws.kms.Key, "key", {}) }],
};
export default cases;
