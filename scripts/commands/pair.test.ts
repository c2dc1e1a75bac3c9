import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { silentReporter } from "../../tests/harness/reporter.ts";
import pair, { differing } from "./pair.ts";

test("pairing gives the standby what both sides must agree on, and nothing else", () => {
  const standby = {
    "recover:portBase": { value: "27000" },
    "recover:eventsTopic": { value: "clickhouse_events_json" },
  };
  const wanted = { portBase: 5000, partitions: 12, eventsTopic: "clickhouse_events_json" };
  expect(differing(wanted, standby)).toEqual([
    ["portBase", "5000"],
    ["partitions", "12"],
  ]);
});

test.each([
  ["no stack and no file", undefined, /which primary\?.*--from FILE/],
  ["a file that is not there", "", /missing\.json cannot be read/],
  ["a file with something else", "hello", /is not JSON: write it with/],
  ["a file of another output", "{}", /is not what is expected:\n {2}trust/],
  [
    "a file that names no vault",
    '{"trust":{}}',
    /server: is not there, nor is settings\.vaultKeyArn/,
  ],
])("%s: says what to give", async (_, content, message) => {
  const folder = await mkdtemp(join(tmpdir(), "recover-pair-"));
  try {
    const from = join(folder, content === "" ? "missing.json" : "standby.json");
    if (content !== undefined && content !== "") await writeFile(from, content);
    const given = { standby: "dr", ...(content === undefined ? {} : { from }) };
    await expect(pair.run(undefined, given, silentReporter)).rejects.toThrow(message);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
