import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { database } from "../../testing/databases.ts";
import rule from "./multi-zone.ts";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "set",
      stack: (s) => {
        database(s, { multiAz: true });
      },
      of: ["db"],
    },
  ],
  violation: [
    { title: "off", stack: (s) => database(s, { multiAz: false }), says: "Instance db" },
    { title: "nothing said", stack: (s) => database(s), says: "set multiAz to true" },
  ],
  unknown: [
    { title: "not known", stack: (s) => database(s, { multiAz: notKnown() }), says: "multiAz of" },
  ],
  notApplicable: [
    { title: "no database", stack: (s) => s.add(aws.kms.Key, "key", {}) },
    {
      title: "a replica",
      stack: (s) => database(s, { replicateSourceDb: "a" }),
      says: "the second one",
    },
  ],
};
export default cases;
