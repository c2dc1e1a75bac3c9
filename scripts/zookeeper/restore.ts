import { setTimeout as sleep } from "node:timers/promises";
import pLimit from "p-limit";
import { UserError } from "../command.ts";
import type { Reporter } from "../command.ts";
import { walk, withZooKeeper } from "./client.ts";
import type { ZooKeeperConnection, Znodes } from "./client.ts";
import { BROKERS } from "./guard.ts";
import { KAFKA_CHROOT, RESTORING } from "./kafka-plan.ts";
import type { PlannedZnode, RestorePlan } from "./kafka-plan.ts";

/** Writes in flight at once: one waits for the disks of more than half of the members. */
const IN_FLIGHT = 32;
/** How long a killed broker's session, or a member that lags, may take. */
const PATIENCE_MS = 20_000;

/**
 * Writes the brokers' znodes into an ensemble that has none, as ordinary writes that every member
 * gets. A restore that was killed half-way is finished by running it again.
 *
 * The admin server's own `restore` is not used: it replaces each member's memory but neither its
 * zxid counter nor its epoch, so that later writes number below the restored state, and members
 * refuse to start again ("the current epoch is older than the last zxid"; tried with 3.9.5).
 *
 * @param key of the snapshot
 * @throws UserError, with nothing changed, when a broker is registered or the ensemble holds
 *   brokers' znodes that the plan lacks
 */
export async function restoreKafkaZnodes(
  connection: ZooKeeperConnection,
  key: string,
  plan: RestorePlan,
  reporter: Reporter,
): Promise<void> {
  await withZooKeeper(connection, async (znodes) => {
    await untilNoBroker(znodes);
    await refuseOthers(znodes, plan);
    await znodes.create(RESTORING, [BROKERS], Buffer.from(key));
    await writeAll(znodes, plan.znodes);
  });
  reporter.progress(`${String(plan.znodes.length)} znodes written`);
  for (const member of connection.members) {
    await verifyMember(connection, member.client, plan);
    reporter.progress(`${member.client} holds them all`);
  }
  await withZooKeeper(connection, (znodes) => znodes.remove(RESTORING));
}

/** Key of the snapshot that a restore which did not end was writing: the next one takes the same. */
export async function unfinishedRestore(
  connection: ZooKeeperConnection,
): Promise<string | undefined> {
  const marker = await withZooKeeper(connection, (znodes) => znodes.data(RESTORING));
  return marker?.bytes.toString("utf8");
}

async function untilNoBroker(znodes: Znodes): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const live = (await znodes.children(`${KAFKA_CHROOT}/brokers/ids`)) ?? [];
    if (live.length === 0) return;
    if (Date.now() > deadline) {
      throw new UserError(
        `Kafka broker ${live.join(", ")} is registered in this ensemble: it is in use, and a restore ` +
          "would take its state away under it. Nothing was changed. Restore into a fresh ensemble, " +
          "with every broker stopped.",
      );
    }
    await sleep(200);
  }
}

async function refuseOthers(znodes: Znodes, plan: RestorePlan): Promise<void> {
  const planned = new Set(plan.znodes.map((znode) => znode.path));
  const strange = (await walk(znodes, KAFKA_CHROOT)).find((path) => !planned.has(path));
  if (strange === undefined) return;
  throw new UserError(
    `this ensemble is not fresh: it holds ${strange}, which the snapshot lacks. A restore would mix ` +
      "two states, so nothing was changed. Restore into a fresh ensemble.",
  );
}

async function writeAll(znodes: Znodes, planned: readonly PlannedZnode[]): Promise<void> {
  const limit = pLimit(IN_FLIGHT);
  const levels = new Map<number, PlannedZnode[]>();
  for (const znode of planned) {
    const level = znode.path.split("/").length;
    levels.set(level, [...(levels.get(level) ?? []), znode]);
  }
  // One level of the tree after the other: a znode needs its parent.
  for (const level of levels.values()) {
    await Promise.all(level.map((znode) => limit(() => writeOne(znodes, znode))));
  }
}

async function writeOne(znodes: Znodes, { path, data, acl }: PlannedZnode): Promise<void> {
  if (await znodes.create(path, acl, data)) return;
  const present = await znodes.data(path);
  if (present === undefined || present.bytes.equals(data)) return;
  await znodes.setData(path, data, present.version);
}

async function verifyMember(
  connection: ZooKeeperConnection,
  member: string,
  plan: RestorePlan,
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const present = await withZooKeeper(connection, (each) => walk(each, KAFKA_CHROOT), [member]);
    const has = new Set(present);
    const missing = plan.znodes.filter(({ path }) => !has.has(path));
    if (missing.length === 0) return;
    if (Date.now() > deadline) {
      throw new UserError(
        `the ZooKeeper member ${member} lacks ${String(missing.length)} of ${String(plan.znodes.length)} ` +
          `restored znodes (${missing[0]?.path ?? ""}, …). Start no broker. See whether this member ` +
          "follows its leader, then run this again.",
      );
    }
    await sleep(200);
  }
}
