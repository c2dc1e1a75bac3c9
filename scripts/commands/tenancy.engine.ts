import { afterAll, beforeAll, expect, test } from "vitest";
import { protectedConnection } from "../../tests/harness/connection.ts";
import { startPostgres } from "../../tests/harness/postgres.ts";
import { onCleanup, runCleanups } from "../../tests/harness/process.ts";
import { silentReporter } from "../../tests/harness/reporter.ts";
import { startS3 } from "../../tests/harness/s3.ts";
import { attachIngest, detachIngest } from "../clickhouse/attach.ts";
import {
  eventMessage,
  startPlatform,
  stored,
  type TestPlatform,
  untilStored,
} from "../clickhouse/fixture.ts";
import { ingestState } from "../clickhouse/ingest.ts";
import { quarantined } from "../clickhouse/quarantine.ts";
import type { Connection } from "../connection.ts";
import { topicState } from "../kafka/topics.ts";
import { createSchema } from "../postgres/schema.ts";
import team from "./team.ts";
import tenancy from "./tenancy.ts";

let platform: TestPlatform;
let connection: Connection;

/** No sequence of PostgreSQL's ever gave it out. */
const MADE_UP = 3_000_000_000;

const sendOf = (team_id: unknown): Promise<unknown> =>
  platform.producer.send({
    topic: platform.kafka.topic,
    messages: [{ value: eventMessage(1, { team_id }), partition: 2 }],
  });
const state = async () =>
  ingestState(platform.clickhouse, platform.kafka, await topicState(platform.kafka));
const teamsInQuarantine = async (): Promise<number[]> =>
  (await quarantined(platform.clickhouse)).map(({ teamId }) => teamId);

beforeAll(async () => {
  const s3 = await startS3();
  onCleanup(() => s3.stop());
  const postgres = await startPostgres(s3);
  await createSchema(postgres.connection.url);
  platform = await startPlatform();
  connection = {
    ...(await protectedConnection(platform, s3)),
    postgres: postgres.connection,
  };
  for (const name of ["one", "two", "three"]) await team.run(connection, { name }, silentReporter);
  await attachIngest(platform.options);
});
afterAll(runCleanups);

test("a made-up team id does not hide the lost ones: none of their ids is given out again", async () => {
  await platform.send(0, 500);
  await sendOf(MADE_UP);
  await untilStored(platform.clickhouse, platform.tally.events + 1);
  const result = await tenancy.run(connection, { phase: "both" }, silentReporter);
  expect(result).toMatchObject({ floor: 6, moved: 201 });
  expect(await teamsInQuarantine()).toEqual([4, 5, MADE_UP]);
  const next = await team.run(connection, { name: "four" }, silentReporter);
  expect(next.team).toBe(6);
  expect(await state()).toBe("running");
});

test("nor the id of a lost team whose events nobody has read yet", async () => {
  const { clickhouse, kafka } = platform;
  await detachIngest(clickhouse, kafka);
  await sendOf(57);
  await sendOf(String(MADE_UP));
  const before = await stored(clickhouse);
  const result = await tenancy.run(connection, { phase: "both" }, silentReporter);
  expect(result).toMatchObject({ floor: 58, moved: 0 });
  expect(await state()).toBe("running");
  await untilStored(clickhouse, before.identities + 1);
  expect(await teamsInQuarantine()).toEqual([4, 5, 57, MADE_UP]);
  expect((await team.run(connection, { name: "five" }, silentReporter)).team).toBe(58);
});

test("in a recovery the same before anything consumes, and nothing begins to", async () => {
  const { clickhouse, kafka } = platform;
  await detachIngest(clickhouse, kafka);
  await sendOf("77");
  const before = await stored(clickhouse);
  expect(await tenancy.run(connection, { phase: "close" }, silentReporter)).toMatchObject({
    floor: 78,
  });
  expect(await state()).toBe("stopped");
  expect(await stored(clickhouse)).toEqual(before);
});
