import { z } from "zod";
import { rdsManifest } from "../postgres/rds-manifest.ts";

/**
 * The ledger: one signed JSON per backup, written last. It joins what no single tool knows: which
 * rows are in the backup, which offsets they came from, and which PostgreSQL position belongs to
 * them. `chain` and `objects` say exactly what a restore needs.
 */
const offset = z.int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** `20261122T231500Z-full-a1b2c3`. */
export const backupId = z.string().regex(/^\d{8}T\d{6}Z-(full|incr)-[0-9a-f]{6}$/);

/** Identity of a Kafka partition, over clusters and recreated topics. */
export const identityPartition = z.object({
  clusterId: z.string().min(1),
  topicId: z.string().min(1),
  topic: z.string().min(1),
  partition: z.int().nonnegative(),
});
export type IdentityPartition = z.infer<typeof identityPartition>;

export const cutPartition = identityPartition.extend({
  /** The group's committed offset, read before the snapshot; null when it had none. */
  committed: offset.nullable(),
  /** H + 1: every row below is in the backup's cut tables, none at or above is. */
  contiguous: offset,
});
export type CutPartition = z.infer<typeof cutPartition>;

/** Where something may be lying: replicated copies have the same keys in another bucket. */
export const ledgerObject = z.object({
  bucket: z.enum(["backups", "archive"]),
  key: z.string().min(1),
  /** Bytes. */
  size: z.int().nonnegative(),
  sha256,
});
export type LedgerObject = z.infer<typeof ledgerObject>;

export const tableClass = z.enum(["idempotent", "exact-cut", "rebuilt", "control"]);
export type TableClass = z.infer<typeof tableClass>;

export const tableEntry = z.object({
  name: z.string().min(1),
  class: tableClass,
  /** Of the CREATE statement as the server shows it. */
  ddlSha256: sha256,
  /** Which of the two native backups holds its rows; a rebuilt table is in none. */
  backup: z.enum(["cut", "bulk"]).nullable(),
});

/** As `scripts/clickhouse/contenthash.ts` makes them: they do not depend on the order of rows. */
export const contentHash = z.object({
  table: z.string().min(1),
  /** Empty for tables without identity columns. */
  clusterId: z.string(),
  topicId: z.string(),
  partition: z.int().nonnegative(),
  rows: z.int().nonnegative(),
  sum: z.string(),
  xor: z.string(),
  /** Which shard's rows, from 2. @default the first or only one's */
  shard: z.int().min(2).optional(),
});

export const ledgerSchema = z.object({
  /** 2: events lie in several shards, which a program that knows 1 alone would restore without a word. */
  version: z.union([z.literal(1), z.literal(2)]),
  id: backupId,
  /** Epoch line: `main`, or a drill's own. */
  line: z.string().min(1),
  epoch: z.int().positive(),
  kind: z.enum(["full", "incremental"]),
  /** Ids from the full backup to this one, inclusive. */
  chain: z.array(backupId).min(1),
  /** ISO, UTC: when the backup's cut was taken. */
  createdAt: z.iso.datetime(),
  /** When the ledger was written. */
  finishedAt: z.iso.datetime(),
  writer: z.object({ stack: z.string(), owner: z.string(), region: z.string() }),
  /** Which public key of the trust list verifies the signature. */
  keyId: z.string().min(1),
  cut: z.object({
    /** The ingest segment that this cut closed. */
    segment: z.int().nonnegative(),
    /** How long nothing was consumed. */
    pausedSeconds: z.number().nonnegative(),
    /** Tables that agree exactly with `contiguous`. */
    exactTables: z.array(z.string()),
    partitions: z.array(cutPartition),
  }),
  clickhouse: z.object({
    database: z.string(),
    tables: z.array(tableEntry),
    /** Rows below the cut, by identity partition; sums by segment. */
    contentHashes: z.array(contentHash),
    /** Folders of the native backups on the backup disk, in restore order: full first. */
    backups: z
      .array(
        z.object({
          id: backupId,
          cut: z.string(),
          bulk: z.string(),
          /** Of the other shards, in their order: each server saves its own rows. @default one shard */
          others: z.array(z.string()).min(1).optional(),
        }),
      )
      .min(1),
  }),
  postgres: z
    .discriminatedUnion("kind", [
      z.object({
        kind: z.literal("self-managed").optional(),
        lsn: z.string(),
        time: z.iso.datetime({ offset: true }),
        /** Server name of the WAL archive (`barman-cloud`'s). */
        serverName: z.string(),
        /** Key prefix in the backups bucket. */
        prefix: z.string(),
        /** Newest base backup at or before this position. */
        backupId: z.string().optional(),
      }),
      /** RDS restores to a time, from backups of its own: the manifest says which. */
      z.object({
        kind: z.literal("rds"),
        lsn: z.string(),
        time: z.iso.datetime({ offset: true }),
        manifest: rdsManifest,
      }),
    ])
    .optional(),
  kafka: z.object({
    /** The archive's high-water marks: every offset below is durable there. */
    archived: z.array(identityPartition.extend({ next: offset })),
    topics: z.array(
      z.object({
        name: z.string(),
        topicId: z.string(),
        partitions: z.int().positive(),
        replicationFactor: z.int().positive(),
        /** Only what differs from the broker's defaults. */
        configs: z.record(z.string(), z.string()),
      }),
    ),
    acls: z.array(z.record(z.string(), z.string())),
    /** Names only. */
    logins: z.array(z.string()),
  }),
  /** Key of the newest snapshot in the backups bucket. */
  zookeeper: z.object({ snapshot: z.string() }).optional(),
  /** What this backup itself wrote; a chain needs those of every member. */
  objects: z.array(ledgerObject),
  /** Until when the first of the objects may be deleted; null without Object Lock. */
  lockUntil: z.iso.datetime().nullable(),
  versions: z.record(z.string(), z.string()),
});
export type Ledger = z.infer<typeof ledgerSchema>;

/** How many shards a backup is of. */
export function shardCount({ clickhouse }: Pick<Ledger, "clickhouse">): number {
  return 1 + (clickhouse.backups.at(-1)?.others?.length ?? 0);
}

export const signedLedger = z.object({
  ledger: z.unknown(),
  signature: z.object({
    algorithm: z.literal("ed25519"),
    keyId: z.string(),
    /** Base64, over the canonical JSON of `ledger`. */
    value: z.string(),
  }),
});
export type SignedLedger = z.infer<typeof signedLedger>;

/** A new backup's id. */
export function newBackupId(kind: Ledger["kind"], now: Date, random: string): string {
  const time = now.toISOString().replace(/\.\d+/, "").replaceAll(/[-:]/g, "");
  return backupId.parse(`${time}-${kind === "full" ? "full" : "incr"}-${random}`);
}
