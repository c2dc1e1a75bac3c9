import { z } from "zod";
import { together } from "../../model/outcomes.ts";
import type { Reader } from "../../model/value.ts";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "secrets-customer-key",
  severity: "medium",
  title: "Secrets and their replicas are encrypted with a key of one's own",
  remediation:
    "Set `kmsKeyId`, and in each of `replicas` the `kmsKeyId` of a key of that region: no other account can be let in " +
    "through the key that AWS manages, and nobody can be kept out by its policy.",
  covers: [
    "CKV_AWS_149",
    "AWS-0098",
    "cfg-secretsmanager-using-cmk",
    "PCR-aws-secretsmanager-secret-configure-customer-managed-key",
  ],
  url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html",
  config: z.strictObject({}),
  check: each(aws.secret, (secret) =>
    together([
      failIf(
        isManaged(secret),
        `${secret.label} is encrypted with the key that AWS manages: set kmsKeyId`,
      ),
      ...secret
        .list("replicas")
        .map((replica) =>
          failIf(
            isManaged(replica),
            `the replica of ${secret.label} in ${String(replica.string("region"))} is encrypted with the key that AWS manages: set ${replica.path}.kmsKeyId`,
          ),
        ),
    ]),
  ),
});

/** A key that is set and not known yet is not one of AWS: those have no resource. */
function isManaged(place: Reader): boolean {
  const key = place.peek("kmsKeyId");
  if (typeof key === "string") return key === "" || key.endsWith("alias/aws/secretsmanager");
  return key === undefined;
}
