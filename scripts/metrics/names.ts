/**
 * Every metric that this project publishes itself, in one place: who publishes and who is alarmed read the
 * same names. Values are published every minute, by what knows them; none at all is an alarm too.
 */
export const namespace = "Recover";

/** Names of the dimensions: which stack and which epoch line a value is about. */
export const dimensions = { stack: "Stack", line: "Line" } as const;

export interface PublishedMetric {
  /** Name in CloudWatch, with its unit. */
  readonly name: string;
  /** What it says, for the alarm's text. */
  readonly says: string;
}

export const metrics = {
  backupAge: {
    name: "BackupAgeSeconds",
    says: "Seconds since the newest backup whose every object is in this side's vault; CopyLagSeconds says how far the copy is behind",
  },
  ledgerVerified: {
    name: "LedgerVerified",
    says: "1 when the newest ledger's signature, chain and objects verify, else 0",
  },
  proofAge: {
    name: "ProofAgeSeconds",
    says: "Seconds since the last proof that nothing is missing and nothing is there twice",
  },
  archiveLag: {
    name: "ArchiveLagSeconds",
    says: "Age of the oldest event that is in Kafka and not in the archive",
  },
  copyLag: {
    name: "CopyLagSeconds",
    says: "Seconds that the vault's copy in another region is behind; without a value there is none",
  },
  leaseAge: { name: "LeaseAgeSeconds", says: "Seconds since the lease was renewed" },
  databaseAge: {
    name: "DatabaseReplicatedAgeSeconds",
    says: "Age of the latest time that the standby's copy of PostgreSQL's backups can be restored to",
  },
} as const satisfies Record<string, PublishedMetric>;

export type MetricKey = keyof typeof metrics;
