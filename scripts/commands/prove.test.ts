import { expect, test } from "vitest";
import { connectionSchema } from "../connection.ts";
import { stackOf } from "../fence/fixture.ts";
import { reasonsOf } from "../proof/prove.ts";
import command, { partOf } from "./prove.ts";

const equal = { equal: true, differences: 0, first: [] } as unknown as Parameters<
  typeof reasonsOf
>[2];
const numbers = {
  expected: 10,
  present: 8,
  deadLettered: 1,
  quarantined: 1,
  missing: 0,
  duplicated: 0,
  duplicatedByUuid: 0,
};
const nothing = { ...numbers, expected: 0, present: 0, deadLettered: 0, quarantined: 0 };

test.each([
  ["events that are all there", numbers, 0, undefined],
  ["as many as there must be", numbers, 10, undefined],
  ["an empty topic, when nobody says more", nothing, 0, undefined],
  ["an empty topic, where there must be something", nothing, 1, /know of 0 events.*at least 1/],
  ["fewer than there must be", numbers, 11, /know of 10 events.*at least 11/],
  ["stored events that no source knows", { ...numbers, expected: 0 }, 0, /none of the 10 stored/],
])("a proof of %s", (_what, of, atLeast, reason) => {
  const reasons = reasonsOf(of, 0, equal, atLeast);
  if (reason === undefined) expect(reasons).toEqual([]);
  else expect(reasons).toEqual([expect.stringMatching(reason)]);
});

const s3 = {
  endpoint: "http://127.0.0.1:1",
  region: "r",
  accessKeyId: "a",
  secretAccessKey: "s",
  backups: "b",
  archive: "a",
};
const { vault } = connectionSchema.parse({ ...stackOf(), vault: s3 });
const kafka = {} as Parameters<typeof partOf>[0]["kafka"];
const cut = { clusterId: "c", topicId: "t", partition: 0, contiguous: 5 };

test.each([
  ["everything", { vault, kafka }, {}, undefined],
  ["all that this connection has", { kafka }, { sources: "kafka" }, undefined],
  ["Kafka alone", { vault, kafka }, { sources: "kafka" }, /the archive was left out/],
  ["the archive alone", { vault, kafka }, { sources: "archive" }, /Kafka was left out/],
  ["what lies above a cut", { vault, kafka }, { since: [cut] }, /above a cut/],
  ["some lines", { vault, kafka }, { lines: ["main"] }, /part of the archive/],
  [
    "the archive of a time",
    { vault, kafka },
    { archivedUntil: "2026-11-22T12:00:00Z" },
    /part of the archive/,
  ],
])("what a proof of %s leaves out", (_what, connection, options, part) => {
  const found = partOf(connection, command.params.parse(options));
  if (part === undefined) expect(found).toBeUndefined();
  else expect(found).toMatch(part);
});
