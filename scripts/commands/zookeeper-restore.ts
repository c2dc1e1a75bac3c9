import { z } from "zod";
import { defineCommand } from "../command.ts";
import { requireParts } from "../connection.ts";
import { epochPrefix } from "../archive/layout.ts";
import { untilNoBroker } from "../zookeeper/brokers.ts";
import { guardEnsemble } from "../zookeeper/guard.ts";
import { revokeStoredConsumers } from "../zookeeper/kafka-grants.ts";
import { newestSnapshot, restoreSnapshot } from "../zookeeper/snapshots.ts";

const params = z.object({
  key: z
    .string()
    .optional()
    .describe("snapshot in the backups bucket; by default the newest of this line and epoch"),
  sha256: z.string().optional().describe("of that snapshot, as a ledger or an operator knows it"),
  keepConsumer: z
    .string()
    .optional()
    .describe("the ClickHouse login that may consume afterwards; by default none may"),
});

export default defineCommand({
  name: "zookeeper-restore",
  summary:
    "Brings a fresh ZooKeeper ensemble back from a snapshot, without the rules of fenced consumers",
  params,
  async run(connection, { key: wanted, sha256, keepConsumer }, reporter) {
    const { zookeeper, vault, line, epoch } = requireParts(connection, ["zookeeper", "vault"]);
    const key = wanted ?? (await newestSnapshot(vault, epochPrefix(epoch, line)));
    const restored = await restoreSnapshot(zookeeper, vault, key, reporter, sha256);
    // The snapshot's own sessions must end first: a broker that starts would stumble over them.
    await untilNoBroker(zookeeper);
    const revoked = await revokeStoredConsumers(zookeeper, keepConsumer);
    await guardEnsemble(zookeeper);
    reporter.progress(
      `${String(restored.znodes)} znodes on ${String(restored.members)} members; rules taken from: ` +
        (revoked.join(", ") || "nobody"),
    );
    return { ...restored, revoked };
  },
});
