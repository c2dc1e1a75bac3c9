import { expect, test } from "vitest";
import { startClickHouse } from "../../tests/harness/clickhouse.ts";
import { cleanUpAfterFile, onCleanup } from "../../tests/harness/process.ts";
import { startS3 } from "../../tests/harness/s3.ts";
import { ObjectStore } from "../vault/s3.ts";
import { ClickHouse } from "./client.ts";
import { s3Login, s3Table } from "./s3-login.ts";

cleanUpAfterFile();

/**
 * The server knows no sessions and refuses every token (400). So what is seen is that ClickHouse sends it, and
 * takes it for neither format nor structure; that AWS accepts it is not shown here.
 */
test("ClickHouse reads with keys, and sends a session's token along", async () => {
  const s3 = await startS3();
  const disks = [{ name: "vault", bucket: s3.vault.backups, ...s3.root }];
  const server = await startClickHouse({ disks });
  const clickhouse = new ClickHouse(server.connection);
  onCleanup(() => clickhouse.close());
  await s3.store.put("archive", "x.json", '{"v":"one"}\n');
  const url = `${s3.root.endpoint}/archive/x.json`;
  const session = { ...s3.root, sessionToken: "JSONEachRow" };

  const written = (access: typeof session | typeof s3.root) =>
    clickhouse.query(`SELECT v FROM ${s3Table(access, url, "v String", "none")}`);
  const named = (access: typeof session | typeof s3.root) => {
    const { sql, params } = s3Login(access);
    const from = `s3({url: String}, ${sql}'JSONEachRow', 'v String', 'auto')`;
    return clickhouse.query(`SELECT v FROM ${from}`, { url, ...params });
  };
  for (const read of [written, named]) {
    expect(await read(s3.root)).toEqual([{ v: "one" }]);
    await expect(read(session)).rejects.toThrow(/HTTP response code: 400/);
  }
  const store = new ObjectStore(session);
  onCleanup(() => {
    store.close();
  });
  await expect(store.getText("archive", "x.json")).rejects.toThrow(
    /does not accept the access key "root" \(InvalidToken\)/,
  );
});
