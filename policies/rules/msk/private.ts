import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "msk-private",
  severity: "critical",
  title: "Kafka has no public address",
  remediation: "Leave `connectivityInfo.publicAccess` out, or set its type to DISABLED.",
  covers: ["CKV_AWS_291", "CT.MSK.PR.2", "SH-MSK.4"],
  url: "https://docs.aws.amazon.com/msk/latest/developerguide/public-access.html",
  config: z.strictObject({}),
  check: each(aws.mskCluster, (cluster) => {
    const access =
      cluster.string("brokerNodeGroupInfo.connectivityInfo.publicAccess.type") ?? "DISABLED";
    return failIf(
      access !== "DISABLED",
      `${cluster.label} can be reached from the internet (${access}): set publicAccess.type to DISABLED`,
    );
  }),
});
