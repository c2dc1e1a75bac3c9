import { z } from "zod";
import { defineCommand } from "../command.ts";
import { requireParts } from "../connection.ts";
import { epochPrefix } from "../archive/layout.ts";
import { storeSnapshot } from "../zookeeper/snapshots.ts";

export default defineCommand({
  name: "zookeeper-snapshot",
  summary: "Stores a snapshot of the ZooKeeper ensemble in the vault",
  params: z.object({}),
  async run(connection, _params, reporter) {
    const { zookeeper, vault, line, epoch } = requireParts(connection, ["zookeeper", "vault"]);
    const stored = await storeSnapshot(zookeeper, vault, epochPrefix(epoch, line));
    reporter.progress(`${stored.key}: ${String(stored.znodes)} znodes`);
    return stored;
  },
});
