import { expect, test } from "vitest";
import { asJson } from "../fence/control.ts";
import { MemoryControl } from "../fence/fixture.ts";
import { keys } from "../fence/records.ts";
import { readAtRisk } from "./announcements.ts";

const time = (second: number): string => new Date(1_800_000_000_000 + second * 1000).toISOString();
const archiver = {
  time: time(100),
  stack: "local",
  epoch: 1,
  flushSeconds: 5,
  lag: 40,
  lastFlushAt: time(97),
};
const replicator = { time: time(99), pending: 3, pendingEvents: 700, lagSeconds: 12 };

test.each([
  ["waits for its object, and is on its way", replicator, { events: 740, seconds: 15 }],
  [
    "waits for its object, when everything else has arrived",
    { time: time(99), pending: 0, lagSeconds: 0 },
    { events: 40, seconds: 3 },
  ],
  [
    "is on its way, when nobody counted it",
    { ...replicator, pendingEvents: undefined },
    { events: null, seconds: 15 },
  ],
  ["waits for a replicator that never said anything", undefined, { events: null, seconds: 3 }],
  [
    "waits for a replicator that fell silent",
    { ...replicator, time: time(40) },
    { events: null, seconds: 75 },
  ],
])("at risk is what %s", async (_what, said, expected) => {
  const store = new MemoryControl();
  await store.write(keys.announcement("main", "archiver"), asJson(archiver));
  if (said !== undefined) await store.write(keys.announcement("main", "replicator"), asJson(said));
  expect(await readAtRisk(store, "main", time(95))).toEqual({ ...expected, at: archiver.time });
});

test("without an archiver nothing is known", async () => {
  const unknown = { events: null, seconds: null, at: null };
  expect(await readAtRisk(new MemoryControl(), "main", time(1))).toEqual(unknown);
});
