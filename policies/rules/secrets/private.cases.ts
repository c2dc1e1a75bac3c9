import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { account, notKnown, type StackBuilder } from "../../testing/builder.ts";
import rule from "./private.ts";

const document = (Principal: unknown, more: object = {}) => {
  const Action = "secretsmanager:GetSecretValue";
  const statement = { Sid: "Read", Effect: "Allow", Principal, Action, Resource: "*", ...more };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
};
const own = (s: StackBuilder, policy: string) =>
  s.add(aws.secretsmanager.SecretPolicy, "policy", {
    secretArn: s.add(aws.secretsmanager.Secret, "login", {}).arn,
    policy,
  });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "a role",
      stack: (s) => own(s, document({ AWS: `arn:aws:iam::${account}:role/etl` })),
      of: ["policy"],
    },
    {
      title: "the organization, in the secret itself",
      stack: (s) =>
        s.add(aws.secretsmanager.Secret, "login", {
          policy: document("*", { Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }),
        }),
      of: ["login"],
    },
  ],
  violation: [
    {
      title: "everybody",
      stack: (s) => own(s, document("*")),
      says: "the statement Read in policy of SecretPolicy policy lets everybody in: name principals",
      of: ["policy"],
    },
    {
      title: "everybody, in the secret itself",
      stack: (s) => s.add(aws.secretsmanager.Secret, "login", { policy: document({ AWS: ["*"] }) }),
      says: "in policy of Secret login lets everybody in",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => own(s, notKnown()),
      says: "policy of SecretPolicy policy is not known",
    },
  ],
  notApplicable: [
    { title: "no secret", stack: (s) => s.add(aws.s3.Bucket, "events", {}) },
    {
      title: "no policy",
      stack: (s) => s.add(aws.secretsmanager.Secret, "login", {}),
      says: "it has no policy: IAM policies alone decide",
    },
  ],
};
export default cases;
