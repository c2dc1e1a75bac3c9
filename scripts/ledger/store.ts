import pLimit from "p-limit";
import { UserError } from "../command.ts";
import { epochPrefix } from "../archive/layout.ts";
import type { ObjectStore } from "../vault/s3.ts";
import type { Found } from "./chain.ts";
import { backupId, type Ledger, type SignedLedger } from "./schema.ts";
import { openLedger, type Trust } from "./sign.ts";

/** `[{line}/]e{epoch}/ledgers/{backupId}.json`. */
export function ledgerKey(of: Pick<Ledger, "line" | "epoch" | "id">): string {
  return `${epochPrefix(of.epoch, of.line)}/ledgers/${of.id}.json`;
}

/** Writes a ledger once; a second one under the same id is an error, never an overwrite. */
export async function putLedger(
  store: ObjectStore,
  bucket: string,
  signed: SignedLedger & { readonly ledger: Ledger },
): Promise<string> {
  const key = ledgerKey(signed.ledger);
  const { created } = await store.putIfAbsent(bucket, key, `${JSON.stringify(signed)}\n`, {
    contentType: "application/json",
  });
  if (!created) {
    throw new UserError(
      `a ledger ${key} exists already: two backups drew the same id. Nothing was overwritten; run ` +
        "the backup again.",
    );
  }
  return key;
}

/** The epochs of a line that have anything in the bucket, ascending. */
export async function listEpochs(
  store: ObjectStore,
  bucket: string,
  line: string,
): Promise<number[]> {
  const names = await store.listNames(bucket, line === "main" ? "" : `${line}/`);
  return names
    .map((name) => /^e(\d+)\/$/.exec(name)?.[1])
    .filter((epoch) => epoch !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

/** Every ledger of a line that this side has, opened with the trusted keys. */
export async function readLedgers(
  store: ObjectStore,
  bucket: string,
  line: string,
  trust: Trust,
): Promise<Found[]> {
  const limit = pLimit(8);
  const found: Promise<Found>[] = [];
  for (const epoch of await listEpochs(store, bucket, line)) {
    for await (const { key } of store.list(bucket, `${epochPrefix(epoch, line)}/ledgers/`)) {
      const id = key.slice(key.lastIndexOf("/") + 1).replace(/\.json$/, "");
      if (!backupId.safeParse(id).success) continue;
      found.push(
        limit(async () => {
          const text = await store.getText(bucket, key);
          const opened =
            text === undefined
              ? ({ ok: false, reason: "it went away while it was read" } as const)
              : openLedger(text, trust);
          return { id, epoch, opened };
        }),
      );
    }
  }
  return Promise.all(found);
}
