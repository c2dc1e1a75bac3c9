import { z } from "zod";
import { defineRule, each, failIf, notApplicable } from "../../rule.ts";
import { aws } from "../../types.ts";
import { brokerSettings } from "../../model/kafka.ts";

export default defineRule({
  id: "msk-denies-by-default",
  severity: "high",
  title: "Kafka allows only what a rule allows",
  remediation:
    "Set `allow.everyone.if.no.acl.found=false` in the cluster's configuration: the default lets every login read, write and delete what no rule names.",
  covers: [],
  url: "https://docs.aws.amazon.com/msk/latest/developerguide/msk-acls.html",
  config: z.strictObject({}),
  check: each(aws.mskCluster, (cluster, { stack }) => {
    const how = cluster.at("clientAuthentication");
    if (
      how.boolean("sasl.scram") !== true &&
      how.list("tls.certificateAuthorityArns").length === 0
    ) {
      return notApplicable("logins by IAM have IAM's rights, not Kafka's");
    }
    const { configuration, values } = brokerSettings(stack, cluster);
    return failIf(
      values.get("allow.everyone.if.no.acl.found") !== "false",
      `every login of ${cluster.label} may do what no rule forbids: set allow.everyone.if.no.acl.found=false in ` +
        (configuration === undefined
          ? "an aws.msk.Configuration of its own"
          : `serverProperties of ${configuration.label}`),
    );
  }),
});
