import * as aws from "@pulumi/aws";
import type { Built, StackBuilder } from "./builder.ts";

type Rule = aws.types.input.backup.PlanRule;

export function plan(s: StackBuilder, ...rules: readonly Partial<Rule>[]): Built {
  return s.add(aws.backup.Plan, "plan", {
    rules: rules.map((rule, i) => ({
      ruleName: `rule-${i}`,
      targetVaultName: "vault",
      ...rule,
    })),
  });
}

export function selection(
  s: StackBuilder,
  of: Built,
  more: Partial<aws.backup.SelectionArgs>,
  name = "selection",
): Built {
  return s.add(aws.backup.Selection, name, {
    planId: of.id,
    iamRoleArn: "arn:aws:iam::123456789012:role/backup",
    ...more,
  });
}
