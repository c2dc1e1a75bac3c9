import { beforeAll, describe, expect, it } from "vitest";
import { startClickHouse } from "../../tests/harness/clickhouse.ts";
import { cleanUpAfterFile, onCleanup } from "../../tests/harness/process.ts";
import { ClickHouse } from "./client.ts";

cleanUpAfterFile();

let clickhouse: ClickHouse;

beforeAll(async () => {
  const server = await startClickHouse();
  clickhouse = new ClickHouse(server.connection);
  onCleanup(() => clickhouse.close());
});

/** One sign of life a row. */
const fast = { http_headers_progress_interval_ms: "1", max_block_size: 1 } as const;
const slow = (rows: number, failsAt = -1): string =>
  `SELECT sum(sleepEachRow(0.004) + throwIf(number = ${failsAt}, 'as meant')) AS x FROM numbers(${rows})`;

describe("a query of as many signs of life as hours take", () => {
  it("answers, and says that it failed", async () => {
    expect(await clickhouse.query(slow(400), {}, fast)).toEqual([{ x: 0 }]);
    await expect(clickhouse.query(slow(400, 399), {}, fast)).rejects.toThrow("as meant");
    const nothing = (sql: string): string => `${sql} FORMAT Null`;
    await clickhouse.run(nothing(slow(400)), { settings: fast });
    await expect(clickhouse.run(nothing(slow(400, 399)), { settings: fast })).rejects.toThrow(
      "as meant",
    );
  });

  it("is never taken for done when Node dropped how it ended", async () => {
    const settings = fast;
    await expect(clickhouse.run(`${slow(1200, 1199)} FORMAT Null`, { settings })).rejects.toThrow(
      /last headers are missing/,
    );
  });
});
