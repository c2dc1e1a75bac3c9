import { withZooKeeper } from "./client.ts";
import type { ZnodeAcl, ZooKeeperConnection } from "./client.ts";

const ALL = 31;
const READ = 1;

/** The brokers' SASL user; `super` needs no entry. */
export const BROKERS: ZnodeAcl = { permissions: ALL, scheme: "sasl", id: "kafka" };
const ANYONE: ZnodeAcl = { permissions: ALL, scheme: "world", id: "anyone" };
/** Of an ensemble without brokers: whoever looks may, and nobody but `super` changes anything. */
const LOOKING: ZnodeAcl = { permissions: READ, scheme: "world", id: "anyone" };

/** ClickHouse's own corner. */
export const CLICKHOUSE_ROOT = "/clickhouse";

/**
 * Takes the root of the tree away from anonymous clients. A fresh ensemble lets anybody write
 * there, and its admin server takes that as the permission to snapshot and to restore everything.
 * Doing it again changes nothing.
 */
export async function guardEnsemble(connection: ZooKeeperConnection): Promise<void> {
  const wanted = [connection.serves === "clickhouse" ? LOOKING : BROKERS];
  await withZooKeeper(connection, async (znodes) => {
    await znodes.create(CLICKHOUSE_ROOT, [ANYONE]);
    const present = await znodes.acl("/");
    if (JSON.stringify(present) === JSON.stringify(wanted)) return;
    await znodes.setAcl("/", wanted);
  });
}
