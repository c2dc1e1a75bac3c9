import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../command.ts";
import { withZooKeeper } from "./client.ts";
import type { ZooKeeperConnection } from "./client.ts";
import { KAFKA_CHROOT } from "./kafka-grants.ts";

/** Waits until the sessions of brokers that are not there any more have ended. */
export async function untilNoBroker(
  connection: ZooKeeperConnection,
  timeoutSeconds = 40,
): Promise<void> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  await withZooKeeper(connection, async (znodes) => {
    for (;;) {
      const live = (await znodes.children(`${KAFKA_CHROOT}/brokers/ids`)) ?? [];
      if (live.length === 0) return;
      if (Date.now() > deadline) {
        throw new UserError(
          `Kafka broker ${live.join(", ")} is still registered after ${String(timeoutSeconds)} s: it runs. ` +
            "Stop every broker before ZooKeeper is restored, then run this again.",
        );
      }
      await sleep(200);
    }
  });
}
