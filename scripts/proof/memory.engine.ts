import { readFileSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, expect, test } from "vitest";
import { startClickHouse } from "../../tests/harness/clickhouse.ts";
import { onCleanup, runCleanups, tempHome } from "../../tests/harness/process.ts";
import { startS3 } from "../../tests/harness/s3.ts";
import { packLines } from "../archive/objects.ts";
import { buildKey } from "../archive/layout.ts";
import { ClickHouse } from "../clickhouse/client.ts";
import { structureStatements } from "../clickhouse/schema.ts";
import type { ProofResult } from "./prove.ts";

afterAll(runCleanups);

const events = 1_000_000;
const partitions = 4;
const perPartition = events / partitions;
const perObject = 50_000;
/** Every so many offsets a transaction's marker: holes are what memory is spent on. */
const markerEvery = 25;

/** The n-th event's offset, with a hole after every transaction. */
const offsetOf = (n: number): number => n + Math.floor(n / markerEvery);

test("a million events in 40,000 transactions are proven in bounded memory", async () => {
  const s3 = await startS3();
  onCleanup(() => s3.stop());
  const server = await startClickHouse({
    disks: [{ name: "vault", bucket: "backups", ...s3.root }],
  });
  const clickhouse = new ClickHouse(server.connection);
  onCleanup(() => clickhouse.close());
  for (const statement of structureStatements()) await clickhouse.run(statement);
  const place = { epoch: 1, clusterId: "cluster", topicId: "topic", topic: "events" };
  for (let partition = 0; partition < partitions; partition++) {
    await clickhouse.run(
      `INSERT INTO posthog.stream SELECT
         concat('{"uuid":"', toString(generateUUIDv4(number)), '","event":"e","team_id":1,"distinct_id":"d",',
           '"timestamp":"2026-11-22 12:00:00","properties":"{}"}') AS value,
         'cluster', 'topic', 'events', ${partition}, number + intDiv(number, ${markerEvery}),
         toDateTime64(1795000000, 3, 'UTC'), 1
       FROM numbers(${perPartition})`,
    );
    for (let from = 0; from < perPartition; from += perObject) {
      const lines = Array.from({ length: perObject }, (_, index) => {
        const offset = offsetOf(from + index);
        return `{"key":null,"value":"{}","headers":{},"metadata":{"timestamp":1795000000000,"topic":"events","partition":${partition},"offset":${offset}}}\n`;
      });
      const key = buildKey({
        ...place,
        partition,
        lastOffset: offsetOf(from + perObject - 1),
        earliest: 1_795_000_000_000,
        latest: 1_795_000_000_000,
      });
      await s3.store.put("archive", key, await packLines(Buffer.from(lines.join(""))));
    }
  }

  const { result, peakMegabytes } = await proveInItsOwnProcess({
    platform: "local",
    stack: "test",
    role: "primary",
    region: "east",
    owner: "test",
    epoch: 1,
    clickhouse: server.connection,
    vault: s3.vault,
  });
  expect(result).toMatchObject({
    ok: true,
    expected: events,
    present: events,
    missing: 0,
    duplicated: 0,
  });
  expect(peakMegabytes).toBeLessThan(200);
});

/** As `npm run dr -- prove` does it, with the highest resident size that the kernel saw. */
async function proveInItsOwnProcess(
  connection: unknown,
): Promise<{ result: ProofResult; peakMegabytes: number; seconds: number }> {
  const input = join(await tempHome("recover-proof"), "input.json");
  writeFileSync(input, JSON.stringify({ connection, params: {} }));
  const cli = join(import.meta.dirname, "..", "cli.ts");
  const start = performance.now();
  const child = spawn(process.execPath, [cli, "prove", "--input", input, "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let peak = 0;
  const watch = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid ?? 0}/status`, "utf8");
      peak = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? peak);
    } catch {
      // It has ended.
    }
  }, 50);
  const printed = await text(child.stdout);
  clearInterval(watch);
  return {
    result: JSON.parse(printed) as ProofResult,
    peakMegabytes: Math.round(peak / 1024),
    seconds: (performance.now() - start) / 1000,
  };
}
