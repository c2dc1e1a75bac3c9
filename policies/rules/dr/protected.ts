import { z } from "zod";
import { holdsNothing, saysItHoldsNothing } from "../../model/data.ts";
import { defineRule, each, failIf, notApplicable } from "../../rule.ts";
import { aws, kubernetes } from "../../types.ts";

const stateful = [
  aws.dbInstance,
  aws.dbCluster,
  aws.bucket,
  aws.mskCluster,
  aws.mskServerless,
  aws.kmsKey,
  aws.kmsReplica,
  aws.backupVault,
  aws.backupAirGapped,
  kubernetes.volumeClaim,
];

export default defineRule({
  id: "dr-protected",
  severity: "high",
  title: "Resources that hold data are protected",
  remediation:
    "Set the resource option `protect: true`: then neither `destroy` nor a change that replaces it can delete it.",
  covers: ["DR-01"],
  url: "https://www.pulumi.com/docs/iac/concepts/options/protect/",
  config: z.strictObject({
    except: z.array(z.string()).default([]).describe("Type tokens that may stay unprotected"),
  }),
  check: (context) =>
    each<typeof context.config>(
      stateful.filter((type) => !context.config.except.includes(type)),
      (resource) =>
        resource.type === aws.bucket && saysItHoldsNothing(resource)
          ? notApplicable(holdsNothing)
          : failIf(
              !resource.protect,
              `${resource.label} holds data and is not protected: set \`protect: true\``,
            ),
    )(context),
});
