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
import type { Platform } from "./platform.ts";

const buckets = { backups: "recover-backups", archive: "recover-archive" };

interface Cut {
  readonly clusterId: string;
  readonly topicId: string;
  readonly partition: number;
  readonly contiguous: number;
}

/**
 * Control `trim-archive`: removes from the standby's copy every archive object that lies wholly before
 * the cut of the oldest full backup, for good (a locked version needs the root login's bypass), as a
 * lifecycle rule would one day. A recovery must not need them.
 *
 * @returns how many objects went, and how many were left
 */
export async function trimArchive(platform: Platform): Promise<{ removed: number; left: number }> {
  const server = platform.standbyConfig?.server;
  if (server === undefined) throw new Error("the vault's copy is not known");
  const client = new S3Client({
    endpoint: server.endpoint,
    region: "west",
    forcePathStyle: true,
    credentials: server,
  });
  try {
    const cuts = await oldestFull(client);
    let removed = 0;
    let left = 0;
    for await (const versions of archiveVersions(client)) {
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
            Bucket: buckets.archive,
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

/** A page of the archive's object versions after the other: the client library has no paginator for them. */
async function* archiveVersions(client: S3Client): AsyncGenerator<readonly ObjectVersion[]> {
  let next: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined =
    {};
  while (next !== undefined) {
    const page: ListObjectVersionsCommandOutput = await client.send(
      new ListObjectVersionsCommand({ Bucket: buckets.archive, ...next }),
    );
    yield page.Versions ?? [];
    next =
      page.IsTruncated === true
        ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
        : undefined;
  }
}

/** The cut of the oldest full backup whose ledger is there. */
async function oldestFull(client: S3Client): Promise<readonly Cut[]> {
  const found: string[] = [];
  for await (const page of paginateListObjectsV2({ client }, { Bucket: buckets.backups })) {
    for (const { Key = "" } of page.Contents ?? []) {
      if (/\/ledgers\/[^/]+-full-[^/]+\.json$/.test(Key)) found.push(Key);
    }
  }
  const [oldest] = found.sort();
  if (oldest === undefined) throw new Error("the vault's copy has no ledger of a full backup yet");
  const { Body } = await client.send(
    new GetObjectCommand({ Bucket: buckets.backups, Key: oldest }),
  );
  const { ledger } = JSON.parse((await Body?.transformToString()) ?? "") as {
    ledger: { cut: { partitions: readonly Cut[] } };
  };
  return ledger.cut.partitions;
}
