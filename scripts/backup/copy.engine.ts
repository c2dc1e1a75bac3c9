import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { onCleanup, runCleanups } from "../../tests/harness/process.ts";
import { silentReporter } from "../../tests/harness/reporter.ts";
import { startS3, type TestS3 } from "../../tests/harness/s3.ts";
import { encodeRecord } from "../archive/envelope.ts";
import { firehoseFolder } from "../archive/firehose.ts";
import { buildKey } from "../archive/layout.ts";
import { packLines } from "../archive/objects.ts";
import verifyCopy from "../commands/verify-copy.ts";
import { connectionSchema, type Connection } from "../connection.ts";
import { keyPair, ledgerFixture } from "../ledger/fixture.ts";
import { signLedger } from "../ledger/sign.ts";
import { putLedger } from "../ledger/store.ts";

const pair = keyPair();
const topic = { clusterId: "c", topicId: "t", topic: "events" };
const place = { ...topic, epoch: 2 };
let near: TestS3;
let copy: TestS3;
let connection: Connection;

beforeAll(async () => {
  near = await startS3({ region: "west" });
  onCleanup(() => near.stop());
  copy = await startS3({ region: "east" });
  onCleanup(() => copy.stop());
  connection = connectionSchema.parse({
    platform: "local",
    stack: "dr",
    role: "standby",
    region: "west",
    owner: "owner",
    epoch: 2,
    vault: near.vault,
    trust: { k1: pair.publicKey },
  });
});
afterAll(runCleanups);

const look = async () =>
  verifyCopy.run(
    connection,
    verifyCopy.params.parse({ copy: copy.vault, waitSeconds: 0 }),
    silentReporter,
  );

const linesOf = (partition: number, offsets: readonly number[]) =>
  packLines(
    Buffer.from(
      offsets
        .map((offset) =>
          encodeRecord({
            topic: topic.topic,
            partition,
            offset,
            timestamp: 1,
            key: null,
            value: Buffer.from(`event ${offset}`),
            headers: [],
          }),
        )
        .join("\n"),
    ),
  );

async function archived(
  key: string,
  body: Promise<Buffer>,
  sides: readonly TestS3[],
): Promise<string> {
  for (const { store } of sides) await store.put("archive", key, await body);
  return key;
}

/** A backup that holds everything below these offsets, by partition. */
async function backedUp(id: string, contiguous: readonly number[], sides: readonly TestS3[]) {
  const partitions = contiguous.map((offset, partition) => ({
    ...topic,
    partition,
    committed: offset,
    contiguous: offset,
  }));
  const ledger = ledgerFixture({
    id,
    epoch: 2,
    cut: { segment: 1, pausedSeconds: 0, exactTables: [], partitions },
  });
  const signed = { ...signLedger(ledger, pair.privateKey), ledger };
  for (const { store } of sides) await putLedger(store, "backups", signed);
}

describe("a copy in another region", () => {
  it("is enough once a whole backup and every later event are there", async () => {
    const lenses = (lastOffset: number) =>
      buildKey({ ...place, partition: 0, lastOffset, earliest: 1, latest: 1 });
    const old = await archived(lenses(9), linesOf(0, [7, 8, 9]), [near]);
    await archived(lenses(19), linesOf(0, [10, 11, 19]), [near, copy]);
    expect(await look()).toMatchObject({ ok: false, ledger: null, uncovered: [old] });

    // It was made before everything that is archived here.
    await backedUp("20261122T231500Z-full-aaaaaa", [8, 0], [near, copy]);
    expect(await look()).toMatchObject({
      ok: false,
      ledger: "20261122T231500Z-full-aaaaaa",
      archived: 1,
      covered: 0,
      uncovered: [old],
    });

    await backedUp("20261122T233000Z-full-bbbbbb", [10, 4], [near]);
    expect(await look()).toMatchObject({ ok: false, ledger: "20261122T231500Z-full-aaaaaa" });
    const late = ledgerOf("20261122T233000Z-full-bbbbbb");
    await copy.store.put("backups", late, (await near.store.get("backups", late)) ?? "");
    expect(await look()).toMatchObject({ ok: true, archived: 1, covered: 1, uncovered: [] });
  });

  it("is not, while an object's last event is later than the backup, whatever its name says", async () => {
    const lying = buildKey({ ...place, partition: 0, lastOffset: 3, earliest: 1, latest: 1 });
    const mixed = `${firehoseFolder(place)}2026/11/22/23/stream-1-2026-11-22-23-15-00-u.json.zst`;
    await archived(lying, linesOf(0, [3, 10]), [near]);
    await archived(mixed, linesOf(1, [2, 3]), [near]);
    expect(await look()).toMatchObject({ ok: false, covered: 2, uncovered: [lying] });
    await archived(lying, linesOf(0, [3, 10]), [copy]);
    await archived(mixed, linesOf(1, [3, 4]), [near]);
    expect(await look()).toMatchObject({ ok: false, archived: 2, uncovered: [mixed] });
    // Half an object is none.
    await archived(mixed, Promise.resolve(Buffer.from("x")), [copy]);
    expect(await look()).toMatchObject({ ok: false, uncovered: [mixed] });
    await archived(mixed, linesOf(1, [3, 4]), [copy]);
    expect(await look()).toMatchObject({ ok: true });
  });

  it("is not what a ledger of another key, or another epoch, says", async () => {
    const trusting = { ...connection, trust: { k2: keyPair().publicKey } };
    const options = verifyCopy.params.parse({ copy: copy.vault, waitSeconds: 0 });
    expect(await verifyCopy.run(trusting, options, silentReporter)).toMatchObject({
      ok: false,
      ledger: null,
    });
    const later = { ...connection, epoch: 3 };
    expect(await verifyCopy.run(later, options, silentReporter)).toMatchObject({
      ok: false,
      ledger: null,
      uncovered: [],
    });
  });
});

const ledgerOf = (id: string) => `e2/ledgers/${id}.json`;
