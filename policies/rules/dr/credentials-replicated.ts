import { z } from "zod";
import { defineRule, each, notApplicable, pass, undecided, violation } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "dr-credentials-replicated",
  severity: "high",
  title: "Credentials can be read in the other region",
  remediation: "Add `replicas: [{ region, kmsKeyId }]` to the secret, with a key of that region.",
  covers: ["DR-23"],
  url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html",
  config: z.strictObject({}),
  check: each(aws.secret, (secret, { stack }) => {
    if (stack.role === "standby") return notApplicable("the standby is the other region");
    const name = secret.peek("name");
    if (typeof name === "string" && name.startsWith("AmazonMSK_")) {
      return notApplicable("it logs in to a Kafka cluster of its region, and to no other");
    }
    const here = stack.regionOf(secret);
    const elsewhere = secret.list("replicas").some((replica) => replica.string("region") !== here);
    if (elsewhere) return pass;
    if (!secret.isKnown("name")) {
      return undecided(`the name of ${secret.label} is not known yet: it may be a login of Kafka`);
    }
    return violation(`${secret.label} is in ${here} alone: add replicas with a region of its own`);
  }),
});
