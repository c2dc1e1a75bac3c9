import { z } from "zod";
import { all, defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "msk-authenticated",
  severity: "critical",
  title: "Kafka knows who its clients are",
  remediation:
    "Turn `clientAuthentication.unauthenticated` off, and IAM, SCRAM or certificates on: without names there are no rights, and no fence.",
  covers: ["cfg-msk-unrestricted-access-check", "SH-MSK.6"],
  url: "https://docs.aws.amazon.com/msk/latest/developerguide/kafka_apis_iam.html",
  config: z.strictObject({}),
  check: each([aws.mskCluster, aws.mskServerless], (cluster) => {
    if (cluster.type === aws.mskServerless) {
      return failIf(
        cluster.boolean("clientAuthentication.sasl.iam.enabled") !== true,
        `${cluster.label} knows nobody: set clientAuthentication.sasl.iam.enabled to true`,
      );
    }
    const how = cluster.at("clientAuthentication");
    const named =
      how.boolean("sasl.iam") === true ||
      how.boolean("sasl.scram") === true ||
      how.list("tls.certificateAuthorityArns").length > 0;
    return all(
      failIf(
        how.boolean("unauthenticated") === true,
        `${cluster.label} lets everybody in: set clientAuthentication.unauthenticated to false`,
      ),
      failIf(
        !named,
        `${cluster.label} knows nobody: turn on clientAuthentication.sasl.iam, sasl.scram or tls`,
      ),
    );
  }),
});
