import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type Built, type StackBuilder } from "../../testing/builder.ts";
import rule from "./rotated.ts";

type Rules = aws.types.input.secretsmanager.SecretRotationRotationRules;

const secret = (s: StackBuilder, name = "login") => s.add(aws.secretsmanager.Secret, name, {});
const rotation = (s: StackBuilder, of: Built, rotationRules: Rules) =>
  s.add(aws.secretsmanager.SecretRotation, `${of.name}-rotation`, {
    secretId: of.id,
    rotationLambdaArn: "arn:aws:lambda:eu-central-1:123456789012:function:rotate",
    rotationRules,
  });
const clusterArn = "arn:aws:kafka:eu-central-1:123456789012:cluster/events/1";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "in days, exactly as often as wanted, and by schedule",
      stack: (s) => {
        rotation(s, secret(s), { automaticallyAfterDays: 90 });
        rotation(s, secret(s, "other"), { scheduleExpression: "rate(30 days)" });
        rotation(s, secret(s, "third"), { scheduleExpression: "cron(0 4 1 * ? *)" });
      },
      of: ["login", "other", "third"],
    },
  ],
  violation: [
    {
      title: "not at all",
      stack: (s) => {
        rotation(s, secret(s, "other"), { automaticallyAfterDays: 30 });
        secret(s);
      },
      says: "Secret login keeps its value until somebody changes it: add a SecretRotation of 90 days or less",
      of: ["login"],
    },
    {
      title: "a day too seldom",
      stack: (s) => rotation(s, secret(s), { automaticallyAfterDays: 91 }),
      says: "changes Secret login every 91 days, 90 days are wanted: lower automaticallyAfterDays",
    },
    {
      title: "too seldom by schedule",
      stack: (s) => rotation(s, secret(s), { scheduleExpression: "rate(31 days)" }),
      config: { maximumDays: 30 },
      says: "every 31 days, 30 days are wanted: lower scheduleExpression",
    },
    {
      title: "beside logins of Kafka, it is still a secret",
      stack: (s) => {
        s.add(aws.secretsmanager.Secret, "login", { name: "app" });
        s.add(aws.msk.ScramSecretAssociation, "logins", {
          clusterArn,
          secretArnLists: ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:other"],
        });
      },
      says: "Secret login keeps its value",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => rotation(s, secret(s), { automaticallyAfterDays: notKnown() }),
      says: "rotationRules.automaticallyAfterDays of SecretRotation login-rotation is not known",
    },
    {
      title: "a schedule that cannot be read",
      stack: (s) => rotation(s, secret(s), { scheduleExpression: "monthly" }),
      says: 'the schedule "monthly" cannot be read',
    },
    {
      title: "neither days nor a schedule",
      stack: (s) => rotation(s, secret(s), {}),
      says: 'the schedule "" cannot be read',
    },
    {
      title: "whether Kafka takes it is not known",
      stack: (s) => {
        secret(s);
        s.add(aws.msk.ScramSecretAssociation, "logins", { clusterArn, secretArnLists: notKnown() });
      },
      says: "whether Secret login is a login of Kafka is not known",
    },
  ],
  notApplicable: [
    { title: "no secret", stack: (s) => s.add(aws.s3.Bucket, "events", {}) },
    {
      title: "logins of Kafka: by association, by list, by name",
      stack: (s) => {
        s.add(aws.msk.SingleScramSecretAssociation, "login-of-kafka", {
          clusterArn,
          secretArn: secret(s).arn,
        });
        s.add(aws.msk.ScramSecretAssociation, "logins", {
          clusterArn,
          secretArnLists: [secret(s, "second").arn],
        });
        s.add(aws.secretsmanager.Secret, "third", { name: "AmazonMSK_third" });
      },
      says: "a login of Kafka",
      of: ["login", "second", "third"],
    },
    {
      title: "a login of Kafka by its ARN",
      stack: (s) => {
        const arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:login";
        s.add(aws.secretsmanager.Secret, "login", {}, { outputs: { arn } });
        s.add(aws.msk.ScramSecretAssociation, "logins", { clusterArn, secretArnLists: [arn] });
      },
      only: ["engine up", "exported state"],
      says: "a login of Kafka",
    },
  ],
};
export default cases;
