import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  paginateListObjectsV2,
  S3Client,
  type ListObjectVersionsCommandOutput,
  type ObjectVersion,
} from "@aws-sdk/client-s3";
import { parseKey } from "../../scripts/archive/layout.ts";
import { readArchive, type Archived } from "../checker/archive.ts";
import type { DrillOptions } from "./options.ts";
import type { Platform } from "./platform.ts";
import type { Progress } from "./progress.ts";

interface Cut {
  readonly clusterId: string;
  readonly topicId: string;
  readonly partition: number;
  readonly contiguous: number;
}

/**
 * region-lost: notes what the vault's copy of the archive holds; then, if asked to, takes away what a
 * recovery must not need. Null for the other disasters.
 */
export async function heldByVault(
  before: Platform,
  { disaster, trimArchive }: DrillOptions,
  progress: Progress,
): Promise<Archived | null> {
  const server = before.standbyConfig?.server;
  if (disaster !== "region-lost" || server === undefined) return null;
  const archived = await readArchive(
    { ...server, bucket: before.vault.archive },
    before.kafka.clusterId,
  );
  progress.line(`the vault's copy holds ${archived.events} events in ${archived.objects} objects`);
  if (trimArchive) {
    const { removed, left } = await trim(before);
    if (removed === 0) throw new Error("no archive object lies before the oldest full backup");
    progress.line(`archive before the oldest full backup: ${removed} removed, ${left} left`);
  }
  return archived;
}

/**
 * Control `trim-archive`: removes from the standby's copy every archive object that lies wholly before
 * the cut of the oldest full backup, for good (a locked version needs the root login's bypass), as a
 * lifecycle rule would one day. A recovery must not need them.
 *
 * @returns how many objects went, and how many were left
 */
async function trim(platform: Platform): Promise<{ removed: number; left: number }> {
  const server = platform.standbyConfig?.server;
  if (server === undefined) throw new Error("the vault's copy is not known");
  const client = new S3Client({
    endpoint: server.endpoint,
    region: server.region,
    forcePathStyle: true,
    credentials: server,
  });
  try {
    const { backups, archive } = platform.vault;
    const cuts = await oldestFull(client, backups);
    let removed = 0;
    let left = 0;
    for await (const versions of versionsIn(client, archive)) {
      for (const { Key = "", VersionId } of versions) {
        const key = parseKey(Key);
        const cut = cuts.find(
          (one) =>
            one.clusterId === key?.clusterId &&
            one.topicId === key.topicId &&
            one.partition === key.partition,
        );
        if (key === undefined || cut === undefined || key.lastOffset >= cut.contiguous) {
          left++;
          continue;
        }
        await client.send(
          new DeleteObjectCommand({
            Bucket: archive,
            Key,
            VersionId,
            BypassGovernanceRetention: true,
          }),
        );
        removed++;
      }
    }
    return { removed, left };
  } finally {
    client.destroy();
  }
}

/** A page of a bucket's object versions after the other: the client library has no paginator for them. */
async function* versionsIn(
  client: S3Client,
  bucket: string,
): AsyncGenerator<readonly ObjectVersion[]> {
  let next: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined =
    {};
  while (next !== undefined) {
    const page: ListObjectVersionsCommandOutput = await client.send(
      new ListObjectVersionsCommand({ Bucket: bucket, ...next }),
    );
    yield page.Versions ?? [];
    next =
      page.IsTruncated === true
        ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
        : undefined;
  }
}

/** The cut of the oldest full backup whose ledger is there. */
async function oldestFull(client: S3Client, bucket: string): Promise<readonly Cut[]> {
  const found: string[] = [];
  for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket })) {
    for (const { Key = "" } of page.Contents ?? []) {
      if (/\/ledgers\/[^/]+-full-[^/]+\.json$/.test(Key)) found.push(Key);
    }
  }
  const [oldest] = found.sort();
  if (oldest === undefined) throw new Error("the vault's copy has no ledger of a full backup yet");
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: oldest }));
  const { ledger } = JSON.parse((await Body?.transformToString()) ?? "") as {
    ledger: { cut: { partitions: readonly Cut[] } };
  };
  return ledger.cut.partitions;
}
