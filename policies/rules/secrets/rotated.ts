import { z } from "zod";
import { longestGapSeconds } from "../../model/schedule.ts";
import type { Resource } from "../../model/resource.ts";
import type { Stack } from "../../model/stack.ts";
import { NotKnown, type Tree } from "../../model/value.ts";
import { defineRule, each, failIf, notApplicable, violation } from "../../rule.ts";
import { saySeconds } from "../../settings/units.ts";
import { aws } from "../../types.ts";

/** Makes a secret one login of a Kafka cluster. */
const mskLogin = "aws:msk/singleScramSecretAssociation:SingleScramSecretAssociation";

export default defineRule({
  id: "secrets-rotated",
  severity: "medium",
  title: "Secrets are changed by themselves, often enough",
  remediation:
    "Add an `aws.secretsmanager.SecretRotation` with `rotationRules.automaticallyAfterDays`; for the master user of a database let RDS " +
    "do it: `manageMasterUserPassword: true`.",
  covers: [
    "CKV2_AWS_57",
    "CKV_AWS_304",
    "NAG-SMG4",
    "cfg-secretsmanager-rotation-enabled-check",
    "cfg-secretsmanager-secret-periodic-rotation",
    "SH-SecretsManager.1",
    "SH-SecretsManager.4",
  ],
  url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html",
  config: z.strictObject({
    maximumDays: z.int().min(1).max(1000).default(90).describe("Most days between two changes"),
  }),
  check: each(aws.secret, (secret, { stack, config }) => {
    if (isKafkaLogin(secret, stack)) {
      return notApplicable(
        "a login of Kafka: AWS has no rotation for it, and its consumers must change theirs at the same time",
      );
    }
    const rotation = stack.partOf(secret, aws.secretRotation, "secretId");
    if (rotation === undefined) {
      return violation(
        `${secret.label} keeps its value until somebody changes it: add a SecretRotation of ${config.maximumDays} days or less`,
      );
    }
    const schedule = rotation.string("rotationRules.scheduleExpression");
    const days = rotation.number("rotationRules.automaticallyAfterDays");
    const seconds = days === undefined ? longestGapSeconds(schedule ?? "") : days * 86_400;
    return failIf(
      seconds > config.maximumDays * 86_400,
      `${rotation.label} changes ${secret.label} every ${saySeconds(seconds)}, ${config.maximumDays} days are wanted: lower ` +
        (days === undefined ? "scheduleExpression" : "automaticallyAfterDays"),
    );
  }),
});

function isKafkaLogin(secret: Resource, stack: Stack): boolean {
  const name = secret.peek("name");
  // MSK takes no secret of another name, and what else would be called so.
  if (typeof name === "string" && name.startsWith("AmazonMSK_")) return true;
  if (stack.pointingAt(secret, mskLogin, "secretArn").sure.length > 0) return true;
  return stack.of(aws.mskScram).some((each) => {
    if (each.facts.propertyDependencies["secretArnLists"]?.includes(secret.urn)) return true;
    if (each.isKnown("secretArnLists")) {
      const arns: readonly Tree[] = each.strings("secretArnLists");
      return arns.includes(secret.computed("arn"));
    }
    throw new NotKnown(`whether ${secret.label} is a login of Kafka is not known yet`);
  });
}
