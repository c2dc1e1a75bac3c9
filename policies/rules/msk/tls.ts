import { z } from "zod";
import { all, defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "msk-tls",
  severity: "high",
  title: "Kafka takes only encrypted connections, from clients and between brokers",
  remediation:
    'Set `encryptionInfo.encryptionInTransit` to `{ clientBroker: "TLS", inCluster: true }`, or leave it out: both are the defaults.',
  covers: [
    "CKV_AWS_81",
    "AWS-0073",
    "NAG-MSK2",
    "NAG-MSK3",
    "cfg-msk-in-cluster-node-require-tls",
    "SH-MSK.1",
    "CT.MSK.PR.1",
  ],
  url: "https://docs.aws.amazon.com/msk/latest/developerguide/msk-encryption.html",
  config: z.strictObject({}),
  check: each(aws.mskCluster, (cluster) => {
    const transit = cluster.at("encryptionInfo.encryptionInTransit");
    const clients = transit.string("clientBroker") ?? "TLS";
    const brokers = transit.boolean("inCluster") ?? true;
    return all(
      failIf(
        clients !== "TLS",
        `${cluster.label} takes connections of clients by ${clients}: set encryptionInfo.encryptionInTransit.clientBroker to TLS`,
      ),
      failIf(
        !brokers,
        `brokers of ${cluster.label} talk in the clear: set encryptionInfo.encryptionInTransit.inCluster to true`,
      ),
    );
  }),
});
