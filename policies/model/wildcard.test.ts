import { expect, test } from "vitest";
import { wildcard } from "./wildcard.ts";

test.each([
  ["arn:aws:ec2:*:*:volume/*", "arn:aws:ec2:eu-central-1:1:volume/vol-1"],
  ["vol-?", "vol-1"],
  ["a.b", "a.b"],
  ["a+b(c)[d]{e}|f^g$h\\i", "a+b(c)[d]{e}|f^g$h\\i"],
  ["*", ""],
  ["prod-*", "prod-"],
])("%s takes %s", (pattern, text) => {
  expect(wildcard(pattern).test(text)).toBe(true);
});

test.each([
  ["vol-?", "vol-"],
  ["vol-?", "vol-12"],
  ["a.b", "aXb"],
  ["prod-*", "a prod-1"],
  ["*-prod", "a-prod 1"],
  ["Prod", "prod"],
])("%s does not take %s", (pattern, text) => {
  expect(wildcard(pattern).test(text)).toBe(false);
});

test("takes any writing when asked to", () => {
  expect(wildcard("backup:Delete*", "i").test("BACKUP:DeleteRecoveryPoint")).toBe(true);
});
