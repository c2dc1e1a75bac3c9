/** Identity of a Kafka partition over clusters and recreated topics: offsets of two never mix. */
export interface IdentityPartition {
  readonly clusterId: string;
  readonly topicId: string;
  readonly topic: string;
  readonly partition: number;
}

export function identityKey(of: Omit<IdentityPartition, "topic">): string {
  return `${of.clusterId}/${of.topicId}/${of.partition}`;
}

/** Sorted by cluster, topic and partition. */
export function compareIdentities(a: IdentityPartition, b: IdentityPartition): number {
  return (
    a.clusterId.localeCompare(b.clusterId) ||
    a.topicId.localeCompare(b.topicId) ||
    a.partition - b.partition
  );
}
