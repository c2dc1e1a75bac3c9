import { SEGMENT_BYTES, type Retention } from "./retention.ts";

export const REPLICATION_FACTOR = 3;
const MIN_INSYNC = 2;
const WEEK_MINUTES = 7 * 24 * 60;

/**
 * The brokers' properties, the same text for the same values. They hold from the first start: a cluster
 * that begins with `allow.everyone.if.no.acl.found=true` (MSK's default) lets every login consume until
 * somebody has written an ACL. Whoever writes them comes by IAM, which ACLs do not bind.
 *
 * @see https://docs.aws.amazon.com/msk/latest/developerguide/msk-configuration-properties.html
 * @see https://docs.aws.amazon.com/msk/latest/developerguide/msk-acls.html (brokers are super users)
 */
export function serverProperties(retention: Retention): string {
  const properties: Record<string, string | number | boolean> = {
    "allow.everyone.if.no.acl.found": false,
    // A consumer or a producer must not make a topic with other partitions than declared.
    "auto.create.topics.enable": false,
    "default.replication.factor": REPLICATION_FACTOR,
    // A deleted topic is a new identity: nothing of ours deletes one.
    "delete.topic.enable": false,
    // A log-append time would give replayed events another time than they had.
    "log.message.timestamp.type": "CreateTime",
    "log.retention.bytes": retention.bytesPerPartition,
    "log.retention.ms": retention.milliseconds,
    "log.segment.bytes": SEGMENT_BYTES,
    "min.insync.replicas": MIN_INSYNC,
    // The fenced group is empty for as long as a recovery takes: its offsets must outlive it.
    "offsets.retention.minutes": Math.max(WEEK_MINUTES, Math.ceil(retention.milliseconds / 60_000)),
    "offsets.topic.replication.factor": REPLICATION_FACTOR,
    "transaction.state.log.min.isr": MIN_INSYNC,
    "transaction.state.log.replication.factor": REPLICATION_FACTOR,
    // An unclean leader gives offsets that were acknowledged to other events.
    "unclean.leader.election.enable": false,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${String(value)}\n`)
    .join("");
}
