import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { plan, selection } from "../../testing/backup.ts";
import rule from "./plan-used.ts";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "a database",
      stack: (s) => {
        const database = s.add(aws.rds.Instance, "db", { instanceClass: "db.m7g.large" });
        selection(s, plan(s, {}), { resources: [database.arn] });
      },
      of: ["plan"],
    },
    {
      title: "by tag",
      stack: (s) =>
        selection(s, plan(s, {}), {
          selectionTags: [{ type: "STRINGEQUALS", key: "backup", value: "daily" }],
        }),
    },
  ],
  violation: [
    {
      title: "no selection",
      stack: (s) => plan(s, {}),
      says: "Plan plan backs nothing up: add a Selection with its id",
      of: ["plan"],
    },
    {
      title: "one of another plan",
      stack: (s) => {
        plan(s, {});
        const other = s.add(aws.backup.Plan, "other", { rules: [] });
        selection(s, other, { resources: ["*"] });
      },
      says: "Plan plan backs nothing up",
      of: ["plan"],
    },
    {
      title: "an empty one",
      stack: (s) => selection(s, plan(s, {}), { resources: [] }),
      says: "set resources or selectionTags of Selection selection",
    },
  ],
  unknown: [
    {
      title: "whose it is is not known",
      stack: (s) => selection(s, plan(s, {}), { planId: notKnown(), resources: ["*"] }),
      says: "whether Plan plan has a selection is not known",
    },
  ],
  notApplicable: [{ title: "no plan", stack: (s) => s.add(aws.backup.Vault, "vault", {}) }],
};
export default cases;
