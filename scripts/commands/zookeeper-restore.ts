import { z } from "zod";
import { defineCommand } from "../command.ts";
import { requireParts } from "../connection.ts";
import { guardEnsemble } from "../zookeeper/guard.ts";
import { planKafkaRestore } from "../zookeeper/kafka-plan.ts";
import { restoreKafkaZnodes, unfinishedRestore } from "../zookeeper/restore.ts";
import { namedSnapshot, newestSnapshot } from "../zookeeper/snapshots.ts";

const params = z.object({
  key: z
    .string()
    .optional()
    .describe("snapshot in the backups bucket; by default the newest usable one of this line"),
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
    const key = (await unfinishedRestore(zookeeper)) ?? wanted;
    const snapshot =
      key === undefined
        ? await newestSnapshot(vault, epoch, line, reporter)
        : await namedSnapshot(vault, key, sha256);
    const plan = planKafkaRestore(snapshot.znodes, keepConsumer);
    await restoreKafkaZnodes(zookeeper, snapshot.key, plan, reporter);
    await guardEnsemble(zookeeper);
    return {
      key: snapshot.key,
      sha256: snapshot.sha256,
      znodes: plan.znodes.length,
      members: zookeeper.members.length,
      revoked: plan.revoked,
    };
  },
});
