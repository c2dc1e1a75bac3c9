import { PutObjectCommand } from "@aws-sdk/client-s3";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { cleanUpAfterFile } from "../../tests/harness/process.ts";
import { silentReporter } from "../../tests/harness/reporter.ts";
import { startS3, type TestS3 } from "../../tests/harness/s3.ts";
import type { Context } from "../command.ts";
import { sha256Stream } from "../vault/hash.ts";
import { type ReplicatorResult, runReplicator } from "./replicator.ts";

let east: TestS3;
let west: TestS3;
beforeAll(async () => {
  [east, west] = await Promise.all([startS3({ region: "east" }), startS3({ region: "west" })]);
});
cleanUpAfterFile();

function start(max = 3): {
  lines: string[];
  done: Promise<ReplicatorResult>;
  stop(): Promise<ReplicatorResult>;
} {
  const abort = new AbortController();
  const lines: string[] = [];
  const context: Context = {
    ...silentReporter,
    signal: abort.signal,
    progress: (line) => lines.push(line),
    warn: (line) => lines.push(`warning: ${line}`),
  };
  const options = {
    line: "main",
    minLagSeconds: 0,
    maxLagSeconds: max,
    seed: 1,
    pollSeconds: 0.1,
    concurrency: 4,
    statusSeconds: 0.5,
  };
  const done = runReplicator(east.vault, west.vault, west.control, options, context);
  done.catch(() => undefined);
  const stop = (): Promise<ReplicatorResult> => {
    abort.abort();
    return done;
  };
  return { lines, done, stop };
}

async function until(check: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await check()) return;
    await sleep(100);
  }
  throw new Error("not within 20 s");
}

const keysOf = async (s3: TestS3, bucket: string): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key } of s3.store.list(bucket, "")) keys.push(key);
  return keys;
};

describe("replicator", () => {
  it("brings every object over, late, out of order, byte by byte, with its metadata", async () => {
    const running = start();
    const arrivals: string[] = [];
    for (let n = 0; n < 20; n++) {
      await east.store.put(n % 2 === 0 ? "archive" : "backups", `e1/object ${n} ü+%`, `body ${n}`);
    }
    const big = randomBytes(9 << 20);
    await east.store.client.send(
      new PutObjectCommand({
        Bucket: "backups",
        Key: "e1/big",
        Body: big,
        ContentType: "text/x-big",
        Metadata: { colour: "blue" },
      }),
    );
    await east.store.put("backups", "e1/empty", "");
    await until(async () => {
      for (const bucket of ["archive", "backups"]) {
        for (const key of await keysOf(west, bucket)) {
          if (!arrivals.includes(key)) arrivals.push(key);
        }
      }
      return arrivals.length === 22;
    });
    const result = await running.stop();
    expect(result).toMatchObject({ copied: 22, pending: 0 });
    expect(result.lagSeconds.max).toBeLessThan(8);
    const numbers = arrivals
      .map((key) => Number(/object (\d+)/.exec(key)?.[1] ?? Number.NaN))
      .filter((n) => !Number.isNaN(n));
    expect(numbers).not.toEqual(numbers.toSorted((a, b) => a - b));
    expect(await west.store.getText("archive", "e1/object 4 ü+%")).toBe("body 4");
    expect(Buffer.from((await west.store.get("backups", "e1/big")) ?? []).equals(big)).toBe(true);
    expect(await west.store.head("backups", "e1/big")).toMatchObject({
      sha256: (await sha256Stream([big])).sha256,
    });
    const status = await west.store.getText("control", "main/announcements/replicator.json");
    expect(JSON.parse(status ?? "")).toMatchObject({ settings: { min: 0, max: 3, seed: 1 } });
  });

  it("copies nothing again after a restart, but a new version, and deletes nothing", async () => {
    await east.store.put("backups", "e1/object 1 ü+%", "second version");
    await west.store.put("archive", "only in the west", "stays");
    const running = start(0);
    await until(
      async () => (await west.store.getText("backups", "e1/object 1 ü+%")) === "second version",
    );
    await sleep(500);
    expect((await running.stop()).copied).toBe(1);
    expect(await west.store.getText("archive", "only in the west")).toBe("stays");
  });

  it("waits for a side that does not answer, and ends by name when its login is refused", async () => {
    const options = {
      line: "main",
      minLagSeconds: 0,
      maxLagSeconds: 0,
      seed: 1,
      pollSeconds: 0.1,
      concurrency: 1,
      statusSeconds: 1,
    };
    const abort = new AbortController();
    const warnings: string[] = [];
    const context: Context = {
      ...silentReporter,
      signal: abort.signal,
      warn: (line) => {
        warnings.push(line);
        abort.abort(new Error("stopped by the test"));
      },
    };
    const gone = { ...west.vault, endpoint: "http://127.0.0.1:9" };
    await expect(runReplicator(east.vault, gone, west.control, options, context)).rejects.toThrow(
      /stopped by the test/,
    );
    expect(warnings).toEqual([expect.stringMatching(/does not answer/)]);
    const wrong = { ...west.vault, secretAccessKey: "wrong" };
    await expect(
      runReplicator(east.vault, wrong, west.control, options, silentReporter),
    ).rejects.toThrow(/does not accept|not permitted/);
  });
});
