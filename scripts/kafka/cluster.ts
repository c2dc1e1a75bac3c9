import { setTimeout as sleep } from "node:timers/promises";
import type { Admin } from "@platformatic/kafka";
import { UserError } from "../command.ts";
import type { KafkaConnection } from "../connection.ts";
import { anyBootstrap } from "../kafka-connection.ts";
import { withAdmin } from "./client.ts";

/** Id of the cluster that answers: 22 characters of base64url. */
export async function clusterId(kafka: KafkaConnection): Promise<string> {
  return withAdmin(kafka, async (admin) => (await admin.metadata({ topics: [] })).id);
}

/**
 * Waits until as many brokers are up as the connection names, and makes sure that they are the
 * cluster that is meant. An empty expected id accepts any (ZooKeeper mode makes its own at first start).
 *
 * @returns the cluster's id
 * @throws UserError when another cluster answers, or brokers are missing after the timeout
 */
export async function requireCluster(
  admin: Admin,
  kafka: KafkaConnection,
  timeoutSeconds = 60,
): Promise<string> {
  const wanted = anyBootstrap(kafka).split(",").length;
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    const metadata = await admin.metadata({ topics: [], forceUpdate: true });
    requireClusterId(kafka, metadata.id);
    if (metadata.brokers.size >= wanted) return metadata.id;
    if (Date.now() > deadline) {
      throw new UserError(
        `only ${String(metadata.brokers.size)} of ${String(wanted)} Kafka brokers are up after ` +
          `${String(timeoutSeconds)} s (${[...metadata.brokers.keys()].join(", ")}): nothing was changed. ` +
          "`pulumi up` starts those that are not; their log says why one ended.",
      );
    }
    await sleep(200);
  }
}

export function requireClusterId(kafka: KafkaConnection, found: string): void {
  if (kafka.clusterId === "" || kafka.clusterId === found) return;
  throw new UserError(
    `the Kafka cluster at ${anyBootstrap(kafka)} has the id ${found}, not ${kafka.clusterId}: this is ` +
      "another cluster, or one that lost its metadata, and offsets of one mean nothing in the other. " +
      "Nothing was changed. Correct the address, or recover the cluster that is meant.",
  );
}
