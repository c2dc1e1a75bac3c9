import { z } from "zod";
import { UserError } from "../command.ts";
import { consumerEpoch, principalOf } from "../kafka/acls.ts";
import { withZooKeeper } from "./client.ts";
import type { ZooKeeperConnection, Znodes } from "./client.ts";

/** Where the brokers' znodes lie. */
export const KAFKA_CHROOT = "/kafka";

/** Rules of literal and of prefixed names, by resource type and name (`kafka.zk.ZkData`, Kafka 3.9). */
const STORES = [`${KAFKA_CHROOT}/kafka-acl`, `${KAFKA_CHROOT}/kafka-acl-extended/prefixed`];

const rules = z.looseObject({
  version: z.int(),
  acls: z.array(z.looseObject({ principal: z.string() })),
});

/**
 * Takes the rules of every ClickHouse login but one out of the brokers' znodes, before a broker
 * reads them: a snapshot from before a fence would let the fenced login in again the moment that
 * the first broker is up.
 *
 * @param keep login that may consume; without one none may
 * @returns the principals that lost rules
 * @throws UserError while a broker is registered: it would go on by the rules that it has read
 */
export async function revokeStoredConsumers(
  connection: ZooKeeperConnection,
  keep?: string,
): Promise<string[]> {
  return withZooKeeper(connection, async (znodes) => {
    const live = (await znodes.children(`${KAFKA_CHROOT}/brokers/ids`)) ?? [];
    if (live.length > 0) {
      throw new UserError(
        `Kafka broker ${live.join(", ")} is registered: its rules are changed through itself ` +
          "(`fence`), not behind its back. Nothing was changed. Stop the brokers, wait until their " +
          "sessions have ended, then run this again.",
      );
    }
    const revoked = new Set<string>();
    for (const path of await storedRules(znodes)) {
      for (const principal of await revokeAt(znodes, path, keep)) revoked.add(principal);
    }
    return [...revoked].sort();
  });
}

async function storedRules(znodes: Znodes): Promise<string[]> {
  const paths: string[] = [];
  for (const store of STORES) {
    for (const type of (await znodes.children(store)) ?? []) {
      for (const name of (await znodes.children(`${store}/${type}`)) ?? []) {
        paths.push(`${store}/${type}/${name}`);
      }
    }
  }
  return paths;
}

async function revokeAt(znodes: Znodes, path: string, keep: string | undefined): Promise<string[]> {
  const found = await znodes.data(path);
  if (found === undefined) return [];
  const stored = rules.parse(JSON.parse(found.bytes.toString("utf8")));
  const { kept, taken } = splitRules(stored.acls, keep);
  if (taken.length === 0) return [];
  if (kept.length === 0) await znodes.remove(path, found.version);
  else {
    const bytes = Buffer.from(JSON.stringify({ ...stored, acls: kept }));
    await znodes.setData(path, bytes, found.version);
  }
  return taken.map((rule) => rule.principal);
}

/** Rules of consumers other than the one to keep are taken. */
export function splitRules<Rule extends { principal: string }>(
  all: readonly Rule[],
  keep: string | undefined,
): { kept: Rule[]; taken: Rule[] } {
  const isTaken = ({ principal }: Rule) =>
    consumerEpoch(principal) !== undefined &&
    (keep === undefined || principal !== principalOf(keep));
  return { kept: all.filter((rule) => !isTaken(rule)), taken: all.filter(isTaken) };
}
