import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { s3Server } from "../../engines/s3.ts";
import type { ControlBucket, S3Access, VaultSide } from "../../scripts/connection.ts";
import type { KeyedS3Access } from "../../scripts/s3-access.ts";
import { ensureBucket } from "../../scripts/vault/buckets.ts";
import { ObjectStore } from "../../scripts/vault/s3.ts";
import { freePorts, onCleanup, startProcess, tempHome } from "./process.ts";
import type { RunningProcess } from "./process.ts";

/** Of a server of a test: it has an address and keys. */
type Local<A> = Extract<A, KeyedS3Access> & { readonly endpoint: string };

/** A running S3 server of a test, with the three buckets. */
export interface TestS3 {
  readonly root: Local<S3Access>;
  /** Root's own client. */
  readonly store: ObjectStore;
  /** Connection parts, with root's credentials. */
  readonly vault: Local<VaultSide>;
  readonly control: Local<ControlBucket>;
  readonly process: RunningProcess;
  /** Another login's client; the cleanup closes it. */
  as(accessKeyId: string, secretAccessKey: string): ObjectStore;
  stop(): Promise<void>;
}

/** Path of versitygw: set up under the project's cache. */
export function versitygwPath(): string {
  const list = join(import.meta.dirname, "..", "..", ".cache", "tools.json");
  const path = existsSync(list)
    ? (JSON.parse(readFileSync(list, "utf8")) as { versitygw?: string }).versitygw
    : undefined;
  if (path === undefined) throw new Error("versitygw is not set up: run `npm run setup`.");
  return path;
}

/**
 * Starts an S3 server in a folder of its own with buckets `backups`, `archive` (locked for a day) and
 * `control`; the cleanup of tests/harness/process.ts stops it.
 * @param options.buckets false: none is made
 * @param options.home where its folder shall be
 */
export async function startS3(
  options: { readonly region?: string; readonly buckets?: boolean; readonly home?: string } = {},
): Promise<TestS3> {
  const [port = 0] = await freePorts(1);
  const root = {
    endpoint: `http://127.0.0.1:${port}`,
    region: options.region ?? "local",
    accessKeyId: "root",
    secretAccessKey: "root-secret-of-a-test",
  };
  const running = await startProcess(
    s3Server({
      name: "test/s3",
      home: options.home ?? (await tempHome("recover-s3")),
      port,
      rootAccessKeyId: root.accessKeyId,
      rootSecretAccessKey: root.secretAccessKey,
      region: root.region,
      tools: { versitygw: versitygwPath() },
    }),
  );
  const open = (access: S3Access): ObjectStore => {
    const store = new ObjectStore(access);
    onCleanup(() => {
      store.close();
    });
    return store;
  };
  const store = open(root);
  if (options.buckets !== false) {
    await ensureBucket(store, "backups", { mode: "GOVERNANCE", days: 1 });
    await ensureBucket(store, "archive", { mode: "GOVERNANCE", days: 1 });
    await ensureBucket(store, "control", undefined);
  }
  return {
    root,
    store,
    vault: { ...root, backups: "backups", archive: "archive" },
    control: { ...root, bucket: "control" },
    process: running,
    as: (accessKeyId, secretAccessKey) => open({ ...root, accessKeyId, secretAccessKey }),
    stop: () => running.stop(),
  };
}
