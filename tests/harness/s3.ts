import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { s3Server } from "../../engines/s3.ts";
import type { ControlBucket, S3Access, VaultSide } from "../../scripts/connection.ts";
import { ObjectStore } from "../../scripts/vault/s3.ts";

/** A running S3 server of a test, with the three buckets. */
export interface TestS3 {
  readonly root: S3Access;
  /** Root's own client. */
  readonly store: ObjectStore;
  /** Connection parts, with root's credentials. */
  readonly vault: VaultSide;
  readonly control: ControlBucket;
  readonly pid: number;
  /** Ends the process and removes its folder. */
  stop(): Promise<void>;
}

/** Path of versitygw: set up under the project's cache. */
export function versitygwPath(): string {
  const cache = join(import.meta.dirname, "..", "..", ".cache");
  const list = join(cache, "tools.json");
  if (existsSync(list)) {
    const tools = JSON.parse(readFileSync(list, "utf8")) as { versitygw?: string };
    if (tools.versitygw !== undefined) return tools.versitygw;
  }
  return join(cache, "bin", "versitygw");
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === "object") resolve(address.port);
        else reject(new Error("no port"));
      });
    });
  });
}

/** Starts an S3 server in a folder of its own with buckets `backups`, `archive` (locked) and `control`. */
export async function startS3(options: { readonly region?: string } = {}): Promise<TestS3> {
  const home = mkdtempSync(join(tmpdir(), "recover-s3-"));
  const root: S3Access = {
    endpoint: `http://127.0.0.1:${await freePort()}`,
    region: options.region ?? "local",
    accessKeyId: "root",
    secretAccessKey: "root-secret-of-a-test",
  };
  const spec = s3Server({
    name: "test/s3",
    home,
    port: Number(new URL(root.endpoint).port),
    rootAccessKeyId: root.accessKeyId,
    rootSecretAccessKey: root.secretAccessKey,
    region: root.region,
    tools: { versitygw: versitygwPath() },
  });
  for (const folder of spec.initialize?.[0]?.slice(2) ?? []) mkdirSync(folder, { recursive: true });
  const [program = "", ...argv] = spec.argv;
  const child = spawn(program, argv, { env: { ...spec.env }, stdio: "ignore" });
  const exited = new Promise<void>((resolve) =>
    child.once("exit", () => {
      resolve();
    }),
  );
  const store = new ObjectStore(root);
  const stop = async (): Promise<void> => {
    store.close();
    child.kill("SIGKILL");
    await exited;
    rmSync(home, { recursive: true, force: true });
  };
  try {
    const url = spec.health.kind === "http" ? spec.health.url : root.endpoint;
    for (let attempt = 0; ; attempt++) {
      const answer = await fetch(url).catch(() => undefined);
      if (answer?.status === 200) break;
      if (attempt > 100) throw new Error("the S3 server did not start within 10 s");
      await sleep(100);
    }
    for (const [bucket, locked] of [
      ["backups", true],
      ["archive", true],
      ["control", false],
    ] as const) {
      await store.client.send(
        new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: locked }),
      );
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    root,
    store,
    vault: { ...root, backups: "backups", archive: "archive" },
    control: { ...root, bucket: "control" },
    pid: child.pid ?? 0,
    stop,
  };
}
