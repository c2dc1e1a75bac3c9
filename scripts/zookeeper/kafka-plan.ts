import { z } from "zod";
import { consumerEpoch, principalOf } from "../kafka/acls.ts";
import type { ZnodeAcl } from "./client.ts";
import type { SnapshotZnode } from "./snapshot-file.ts";

/** Where the brokers' znodes lie. */
export const KAFKA_CHROOT = "/kafka";

/** There while a restore is under way; its data is the snapshot's key. */
export const RESTORING = "/restoring-kafka";

/** Access rules of literal and of prefixed names, one znode a resource (`kafka.zk.ZkData`, Kafka 3.9). */
const RULES = new RegExp(`^${KAFKA_CHROOT}/(kafka-acl|kafka-acl-extended/prefixed)/[^/]+/.+$`);

/**
 * Messages between brokers, numbered by their folder's counter. A fresh folder counts from zero
 * again, and brokers skip numbers below those that they have seen: old messages would hide new ones.
 */
const MESSAGES = new RegExp(
  `^${KAFKA_CHROOT}/(config/changes|kafka-acl-changes|kafka-acl-extended-changes|` +
    "isr_change_notification|log_dir_event_notification)/.+$",
);

const rules = z.looseObject({ acls: z.array(z.looseObject({ principal: z.string() })) });

export interface PlannedZnode {
  readonly path: string;
  readonly data: Buffer;
  readonly acl: readonly ZnodeAcl[];
}

export interface RestorePlan {
  /** Parents first. */
  readonly znodes: readonly PlannedZnode[];
  /** Principals whose access rules are left out, sorted. */
  readonly revoked: readonly string[];
}

/**
 * What of a snapshot comes back: the brokers' lasting znodes, without the access rules of every
 * ClickHouse login but the given one. A snapshot from before a fence would otherwise let the fenced
 * login in again the moment that the first broker is up.
 *
 * @param keep login that may consume; without one none may
 */
export function planKafkaRestore(
  snapshot: ReadonlyMap<string, SnapshotZnode>,
  keep?: string,
): RestorePlan {
  const revoked = new Set<string>();
  const znodes: PlannedZnode[] = [];
  for (const [path, { data, ephemeral, acl }] of snapshot) {
    const isKafka = path === KAFKA_CHROOT || path.startsWith(`${KAFKA_CHROOT}/`);
    if (!isKafka || ephemeral || MESSAGES.test(path)) continue;
    znodes.push({
      path,
      acl,
      data: RULES.test(path) ? withoutConsumers(data, keep, revoked) : data,
    });
  }
  znodes.sort((a, b) => depth(a) - depth(b) || (a.path < b.path ? -1 : 1));
  return { znodes, revoked: [...revoked].sort() };
}

/**
 * What keeps a snapshot from bringing a cluster back, or undefined when nothing does. Snapshots of a
 * fresh or half-restored ensemble are taken too, by a schedule that does not know of the loss.
 */
export function unusable(snapshot: ReadonlyMap<string, SnapshotZnode>): string | undefined {
  if (snapshot.has(RESTORING)) return "it was taken in the middle of a restore";
  if (!snapshot.has(`${KAFKA_CHROOT}/cluster/id`)) return "it holds no Kafka cluster";
  const topic = new RegExp(`^${KAFKA_CHROOT}/brokers/topics/(?!__)[^/]+$`);
  return [...snapshot.keys()].some((path) => topic.test(path)) ? undefined : "it holds no topic";
}

function withoutConsumers(data: Buffer, keep: string | undefined, revoked: Set<string>): Buffer {
  const stored = rules.parse(JSON.parse(data.toString("utf8")));
  const acls = stored.acls.filter(({ principal }) => {
    const stays =
      consumerEpoch(principal) === undefined ||
      (keep !== undefined && principal === principalOf(keep));
    if (!stays) revoked.add(principal);
    return stays;
  });
  return acls.length === stored.acls.length
    ? data
    : Buffer.from(JSON.stringify({ ...stored, acls }));
}

function depth({ path }: PlannedZnode): number {
  return path.split("/").length;
}
