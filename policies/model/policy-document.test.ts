import { describe, expect, test } from "vitest";
import { openStatements } from "./policy-document.ts";
import { Reader, type Branch, type Tree } from "./value.ts";

const isOpen = (Condition: Tree, more: Branch = {}) => {
  const statement: Branch = {
    Effect: "Allow",
    Principal: "*",
    Action: "s3:GetObject",
    Condition,
    ...more,
  };
  return openStatements(new Reader({ Statement: [statement] }, "policy")).length > 0;
};
const account = "123456789012";

test.each([
  ["everybody", { Principal: "*" }, true],
  ["everybody of AWS", { Principal: { AWS: "*" } }, true],
  ["one among others", { Principal: { AWS: [account, "*"] } }, true],
  ["an account", { Principal: { AWS: account } }, false],
  ["a service", { Principal: { Service: "logging.s3.amazonaws.com" } }, false],
  ["all but one", { Principal: undefined, NotPrincipal: { AWS: account } }, true],
  ["nobody", { Effect: "Deny" }, false],
] as [string, Branch, boolean][])("a statement lets in %s: open %s", (_, more, expected) => {
  expect(isOpen(undefined, more)).toBe(expected);
});

describe("a condition keeps strangers out", () => {
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html, of any case.
  test.each([
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "AWS:SourceAccount",
    "aws:sourcearn",
    "aws:SourceIp",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceOwner",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:userid",
    "kms:CallerAccount",
    "s3:DataAccessPointAccount",
    "s3:DataAccessPointArn",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
  ])("by %s", (key) => {
    expect(isOpen({ StringEquals: { [key]: "value" } })).toBe(false);
  });

  test.each(["kms:ViaService", "aws:SecureTransport", "s3:prefix"])("not by %s", (key) => {
    expect(isOpen({ StringEquals: { [key]: "value" } })).toBe(true);
  });

  test.each([
    ["StringEquals", false],
    ["StringEqualsIgnoreCase", false],
    ["StringLike", false],
    ["ArnEquals", false],
    ["ArnLike", false],
    ["IpAddress", false],
    ["ForAnyValue:StringEquals", false],
    ["StringNotEquals", true],
    ["StringEqualsIfExists", true],
    ["ForAllValues:StringEquals", true],
    ["NotIpAddress", true],
    ["Null", true],
  ])("with %s: open %s", (operator, expected) => {
    expect(isOpen({ [operator]: { "aws:SourceArn": "value" } })).toBe(expected);
  });

  test.each([
    [[account], false],
    [[account, "*"], true],
    ["**", true],
    ["*.example", false],
    ["example.*", false],
    ["0.0.0.0/0", true],
    ["::/0", true],
    ["10.0.0.0/8", false],
    [null, true],
  ])("with the value %j: open %s", (value, expected) => {
    expect(isOpen({ StringLike: { "aws:SourceArn": value } })).toBe(expected);
  });

  test("one key of several is enough, no key is not", () => {
    expect(isOpen({ StringLike: { "s3:prefix": "a", "aws:SourceIp": "10.0.0.1" } })).toBe(false);
    expect(isOpen({ Bool: { "aws:SecureTransport": "true" }, StringEquals: null })).toBe(true);
    expect(isOpen({ StringEquals: {} })).toBe(true);
  });
});
