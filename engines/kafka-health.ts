import { readFileSync } from "node:fs";
import { Kafka, logLevel } from "kafkajs";
import { z } from "zod";

/**
 * Ends 0 when the broker of the given file answers over TLS and the cluster lists it, at its own
 * port and with a controller. Run by the supervisor: `node kafka-health.ts HEALTH_FILE`.
 */
const wanted = z
  .object({
    id: z.int(),
    port: z.int(),
    ca: z.string(),
    certificate: z.string(),
    privateKey: z.string(),
  })
  .parse(JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")));

const admin = new Kafka({
  brokers: [`127.0.0.1:${String(wanted.port)}`],
  clientId: "health",
  ssl: { ca: wanted.ca, cert: wanted.certificate, key: wanted.privateKey },
  connectionTimeout: 2000,
  requestTimeout: 2000,
  retry: { retries: 0 },
  logLevel: logLevel.NOTHING,
}).admin();

try {
  await admin.connect();
  const cluster = await admin.describeCluster();
  const listed = cluster.brokers.some(
    (broker) => broker.nodeId === wanted.id && broker.port === wanted.port,
  );
  if (!listed) throw new Error(`the cluster does not list broker ${String(wanted.id)} yet`);
  if ((cluster.controller ?? -1) < 0) throw new Error("the cluster has no controller yet");
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  await admin.disconnect();
}
