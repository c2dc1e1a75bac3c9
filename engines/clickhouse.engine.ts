import { createClient } from "@clickhouse/client";
import { describe, expect, it } from "vitest";
import { startClickHouse } from "../tests/harness/clickhouse.ts";
import { cleanUpAfterFile } from "../tests/harness/process.ts";

cleanUpAfterFile();

const text = async (url: string, login: string, query: string): Promise<string> => {
  const headers = login === "" ? {} : { authorization: `Basic ${btoa(login)}` };
  const answer = await fetch(url, { method: "POST", body: query, headers });
  return (await answer.text()).trim();
};

describe("a ClickHouse server", () => {
  it("lets in who may, keeps what was acknowledged before a kill, and stops cleanly", async () => {
    const server = await startClickHouse();
    const { url, username, password, reader } = server.connection;
    const client = createClient({ url, username, password });
    await client.command({ query: "CREATE DATABASE posthog" });
    await client.command({ query: "CREATE TABLE posthog.t (a Int32) ENGINE=MergeTree ORDER BY a" });
    await client.insert({ table: "posthog.t", values: [{ a: 7 }], format: "JSONEachRow" });

    const asReader = `reader:${reader?.password ?? ""}`;
    expect(await text(url, asReader, "SELECT a FROM posthog.t")).toBe("7");
    expect(await text(url, asReader, "INSERT INTO posthog.t VALUES (1)")).toMatch(
      /READONLY|ACCESS/,
    );
    expect(await text(url, asReader, "SELECT * FROM file('/etc/passwd', 'LineAsString')")).toMatch(
      /READONLY|ACCESS/,
    );
    expect(await text(url, "reader:wrong", "SELECT 1")).toMatch(/AUTHENTICATION_FAILED/);
    expect(await text(url, "", "SELECT 1")).toMatch(/SESSION_LIMIT|AUTHENTICATION/);

    await server.crashAndRestart();
    expect(await text(url, asReader, "SELECT a FROM posthog.t")).toBe("7");
    await client.close();
    await server.stop();
    await expect(fetch(url)).rejects.toThrow();
  });

  it("runs beside another one, each on its own folder", async () => {
    const servers = await Promise.all([startClickHouse(), startClickHouse()]);
    for (const { connection } of servers) {
      const login = `${connection.username}:${connection.password}`;
      expect(await text(connection.url, login, "SELECT timezone()")).toBe("UTC");
    }
  });
});
