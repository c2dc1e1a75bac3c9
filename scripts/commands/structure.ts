import { z } from "zod";
import { withClickHouse } from "../clickhouse/client.ts";
import { TABLES } from "../clickhouse/schema.ts";
import { createStructure } from "../clickhouse/shards.ts";
import { defineCommand } from "../command.ts";
import { requireParts } from "../connection.ts";

const params = z.object({
  replicated: z
    .boolean()
    .default(false)
    .describe("replicated tables, for a ClickHouse server with a ZooKeeper ensemble"),
});

export interface StructureResult {
  readonly database: string;
  readonly tables: readonly string[];
}

export default defineCommand({
  name: "structure",
  summary: "Creates ClickHouse's tables and views, nothing that consumes; safe to run again",
  params,
  async run(connection, { replicated }, reporter): Promise<StructureResult> {
    const { clickhouse } = requireParts(connection, ["clickhouse"]);
    return withClickHouse(clickhouse, async (server) => {
      await createStructure(server, { replicated });
      reporter.progress(`the structure of ${server.database} is there`);
      return { database: server.database, tables: TABLES.map((table) => table.name) };
    });
  },
});
