import { describe, expect, test } from "vitest";
import { transform } from "../../components/archive/firehose-transform.mjs";
import {
  lensesLine,
  MemoryStore,
  putFirehose,
  putLenses,
  type FixtureRecord,
} from "../archive/fixture.ts";
import { readRecords } from "../archive/objects.ts";
import type { ClickHouse } from "../clickhouse/client.ts";
import type { VaultSide } from "../connection.ts";
import { archiveBatches, listArchived, readArchived } from "./archive.ts";
import type { IdentityPartition } from "./identity.ts";
import { nothingPresent, provePartition } from "./partition.ts";
import { fromOffsets } from "./ranges.ts";

/*
 * Both layouts of the archive, from their documented wire formats, through the proof's own listing, reading
 * and arithmetic. What it does not prove: that ClickHouse's SQL reads the named layout as the stand-in
 * below does (prove.engine.ts does), and that AWS writes what its documentation says.
 */
const partition = 1;
const of: IdentityPartition = { clusterId: "C", topicId: "T", topic: "events", partition };
const vault: VaultSide = {
  endpoint: "http://s3.test",
  region: "local",
  accessKeyId: "a",
  secretAccessKey: "s",
  backups: "backups",
  archive: "archive",
};
const record = (offset: number, value: string | null = `{"n":${offset}}`): FixtureRecord => ({
  offset,
  value,
});
/** Offsets 0 to 5 without 3, an empty value at 4; 2 was delivered twice. */
const records = [record(0), record(1), record(2), record(4, ""), record(5)];

/** Reads what the query's table function names, as ClickHouse does. */
function clickhouseOver(store: MemoryStore): Pick<ClickHouse, "one"> {
  return {
    one: async <T>(sql: string, params?: Record<string, unknown>): Promise<T> => {
      const path = /s3\('http:\/\/s3\.test\/archive\/([^']+)'/.exec(sql)?.[1] ?? "";
      const keys = path.startsWith("{") ? path.slice(1, -1).split(",") : [path];
      const all: number[] = [];
      const empty: number[] = [];
      for (const key of keys) {
        for await (const each of readRecords(store, "archive", key)) {
          if (each.partition !== params?.["partition"]) throw new Error("another partition");
          all.push(each.offset);
          if ((each.value?.length ?? 0) === 0) empty.push(each.offset);
        }
      }
      return { all_from: all, all_to: all, empty_from: empty, empty_to: empty } as T;
    },
  };
}

/** A record as Firehose writes it: what the Lambda gave back, one after the other. */
function firehoseLine(each: FixtureRecord, inPartition = partition): string {
  const [answer] = transform(
    {
      invocationId: "i",
      sourceMSKArn: "m",
      deliveryStreamArn: "d",
      region: "eu-central-1",
      records: [
        {
          recordId: "r",
          approximateArrivalTimestamp: 10_000,
          mskRecordMetadata: {
            offset: String(each.offset),
            partitionId: String(inPartition),
            approximateArrivalTimestamp: 10_000 + each.offset,
          },
          kafkaRecordValue: each.value === null ? null : Buffer.from(each.value).toString("base64"),
        },
      ],
    },
    "events",
  ).records;
  return Buffer.from(answer?.kafkaRecordValue ?? "", "base64").toString("utf8");
}

function lenses(): MemoryStore {
  const store = new MemoryStore();
  const lines = records.map((each) => lensesLine(of, each));
  putLenses(store, of, lines.slice(0, 3), 2);
  // A later epoch began again at 2; two records in one line.
  putLenses(store, of, [(lines[2] ?? "") + (lines[3] ?? ""), lines[4] ?? ""], 5, 2);
  return store;
}

function firehose(): MemoryStore {
  const store = new MemoryStore();
  const lines = records.map((each) => firehoseLine(each));
  const foreign = firehoseLine(record(77), 0);
  putFirehose(store, of, lines.slice(0, 3).join("") + foreign);
  const undelimited = lines[2]?.trimEnd() ?? "";
  putFirehose(store, of, undelimited + (lines[3] ?? "") + (lines[4] ?? ""), {
    epoch: 2,
    hour: "2026/11/25/23",
  });
  return store;
}

describe.each([
  ["Lenses", lenses],
  ["Firehose", firehose],
])("an archive of %s", (_name, fixture) => {
  async function prove(present: readonly number[], since = 0) {
    const store = fixture();
    const archived = await listArchived(store, vault.archive, ["main"]);
    const found = archived.find((each) => each.partition === partition);
    if (found === undefined) throw new Error("the partition was not found");
    const archive = await readArchived(clickhouseOver(store), store, vault, found, { since });
    const tables = { ...nothingPresent.tables, events: fromOffsets(present) };
    return provePartition({
      identity: of,
      present: { tables, repeatedRows: 0 },
      archive,
      kafka: { offsets: [], empty: [] },
      trusted: [],
    });
  }

  test("is complete: the gap is no loss, the doubled record counts once, the empty one is known", async () => {
    expect(await prove([0, 1, 2, 5])).toMatchObject({
      expected: 5,
      present: 4,
      empty: 1,
      missing: 0,
      duplicated: 0,
      unverifiable: 0,
    });
  });

  test("names what ClickHouse lacks, and what the archive never had", async () => {
    expect(await prove([0, 3, 5])).toMatchObject({
      missing: 2,
      missingRanges: [{ from: 1, to: 2 }],
      unverifiable: 1,
    });
  });

  test("knows its identity: cluster, topic id, topic, partition", async () => {
    const archived = await listArchived(fixture(), vault.archive, ["main"]);
    expect(archived.map((each) => each.partition).sort()).toEqual(
      fixture === firehose ? [0, 1] : [1],
    );
    for (const each of archived) {
      expect(each).toMatchObject({ clusterId: "C", topicId: "T", topic: "events" });
    }
  });

  test("of another line is not looked at", async () => {
    expect(await listArchived(fixture(), vault.archive, ["drill-x"])).toEqual([]);
  });
});

test("the content of a Firehose archive is read from the objects that may hold it, this partition alone", async () => {
  const store = firehose();
  const archived = await listArchived(store, vault.archive, ["main"]);
  const found = archived.find((each) => each.partition === partition);
  if (found === undefined) throw new Error("the partition was not found");
  const from = async (since: number): Promise<(readonly [number[], string])[]> => {
    const all: (readonly [number[], string])[] = [];
    for await (const batch of archiveBatches(store, vault, found, "structure", { since })) {
      all.push([batch.keys.map(({ lastOffset }) => lastOffset), batch.from]);
    }
    return all;
  };
  const whole = await from(0);
  expect(whole.map(([last]) => last)).toEqual([[2], [5]]);
  for (const [, table] of whole) {
    expect(table).toMatch(
      /^\(SELECT \* FROM s3\('http.*\.json\.gz', .*'gzip'\) WHERE metadata\.partition = 1\)$/,
    );
  }
  expect((await from(3)).map(([last]) => last)).toEqual([[5]]);
});
