import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { plan } from "../../testing/backup.ts";
import rule from "./kept.ts";

const kept = (deleteAfter: number) => ({ lifecycle: { deleteAfter } });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "hourly ones go early, daily ones are kept exactly as long as wanted",
      stack: (s) => plan(s, { schedule: "rate(1 hour)", ...kept(2) }, kept(35)),
      of: ["plan"],
    },
    { title: "for ever", stack: (s) => plan(s, {}) },
    { title: "less is wanted", stack: (s) => plan(s, kept(7)), config: { minimumDays: 7 } },
  ],
  violation: [
    {
      title: "a day too short",
      stack: (s) => plan(s, kept(7), kept(34)),
      says: "Plan plan keeps backups for 34 days, 35 are wanted: raise lifecycle.deleteAfter of a rule",
      of: ["plan"],
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => plan(s, { lifecycle: { deleteAfter: notKnown() } }),
      says: "rules.0.lifecycle.deleteAfter of Plan plan is not known",
    },
  ],
  notApplicable: [{ title: "no plan", stack: (s) => s.add(aws.backup.Vault, "vault", {}) }],
};
export default cases;
