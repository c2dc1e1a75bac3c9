import { describe, expect, it } from "vitest";
import { cleanUpAfterFile } from "../../tests/harness/process.ts";
import { grantConsumer, revokeAll, revokeGroup } from "../kafka/acls.ts";
import { waitEmpty } from "../kafka/groups.ts";
import { attachIngest } from "./attach.ts";
import { startPlatform, stored, untilStored } from "./fixture.ts";
import { closeIngest } from "./ingest.ts";

cleanUpAfterFile();

describe("a consumer whose login was taken away", () => {
  it("lets go of its Kafka table in seconds, and goes on exactly when it is let in again", async () => {
    const { options, kafka, clickhouse, send, tally } = await startPlatform();
    const login = kafka.consumer?.name ?? "";
    await attachIngest(options);
    await send(0, 2000);
    await untilStored(clickhouse, tally.events);
    await revokeGroup(kafka, login);
    await waitEmpty(kafka);
    await revokeAll(kafka, login);
    await send(2000, 2000);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect((await stored(clickhouse)).identities).toBe(2000);

    const start = performance.now();
    await closeIngest(clickhouse);
    const seconds = (performance.now() - start) / 1000;
    expect(seconds).toBeLessThan(25);

    await grantConsumer(kafka, login);
    await attachIngest(options);
    await untilStored(clickhouse, tally.events);
    const found = await stored(clickhouse);
    expect(found.rows).toBe(tally.events);
    expect(found.hours).toEqual(tally.hours);
  });

  it("lets go of its Kafka table when no broker answers", async () => {
    const { options, brokers, clickhouse, send, tally } = await startPlatform();
    await attachIngest(options);
    await send(0, 2000);
    await untilStored(clickhouse, tally.events);
    for (const broker of brokers.processes) broker.kill();
    const start = performance.now();
    await closeIngest(clickhouse);
    expect((performance.now() - start) / 1000).toBeLessThan(25);
    expect((await stored(clickhouse)).rows).toBe(2000);
  });
});
