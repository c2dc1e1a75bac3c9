/** A name may have been given to another cluster since. */
export function sameCluster(wanted: string, found: string): string {
  if (found === wanted) return found;
  throw new Error(
    `kafka.adopt names ${wanted}, and the cluster of that name is now ${found}: another one, with other ` +
      "events. Write the ARN of the cluster that you mean.",
  );
}

export function adoptedListener(brokers: string, kind: "SCRAM" | "IAM"): string {
  if (brokers !== "") return brokers;
  throw new Error(
    `The adopted Kafka cluster has no ${kind} listener: ${
      kind === "SCRAM" ? "ClickHouse and producers" : "jobs and the archive"
    } could not log in. Turn ${kind} authentication on (MSK: Security settings), then run this again.`,
  );
}
