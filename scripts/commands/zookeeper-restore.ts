import { z } from "zod";
import { defineCommand, UserError } from "../command.ts";
import { requireParts } from "../connection.ts";
import { epochPrefix } from "../archive/layout.ts";
import { guardEnsemble } from "../zookeeper/guard.ts";
import { planKafkaRestore } from "../zookeeper/kafka-plan.ts";
import { restoreKafkaZnodes } from "../zookeeper/restore.ts";
import { parseSnapshot } from "../zookeeper/snapshot-file.ts";
import { fetchSnapshot, newestSnapshot } from "../zookeeper/snapshots.ts";

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
    "Brings the brokers' state back into a fresh ZooKeeper ensemble, without the rules of fenced consumers",
  params,
  async run(connection, { key: wanted, sha256, keepConsumer }, reporter) {
    const { zookeeper, vault, line, epoch } = requireParts(connection, ["zookeeper", "vault"]);
    const key = wanted ?? (await newestSnapshot(vault, epochPrefix(epoch, line)));
    const { bytes, digest } = await fetchSnapshot(vault, key, sha256);
    const plan = planKafkaRestore(parseSnapshot(bytes), keepConsumer);
    if (plan.znodes.length === 0) {
      throw new UserError(
        `the snapshot ${key} holds nothing of a Kafka cluster: nothing was changed. Name a snapshot ` +
          "that was taken while the brokers used this ensemble.",
      );
    }
    await restoreKafkaZnodes(zookeeper, plan, reporter);
    await guardEnsemble(zookeeper);
    return {
      key,
      sha256: digest,
      znodes: plan.znodes.length,
      members: zookeeper.members.length,
      revoked: plan.revoked,
    };
  },
});
