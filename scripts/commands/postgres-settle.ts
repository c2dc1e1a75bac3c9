import { z } from "zod";
import { defineCommand } from "../command.ts";
import { requireParts } from "../connection.ts";
import { settlePostgres, type SettleResult } from "../postgres/settle.ts";

const id = z.int().nonnegative().optional();

const params = z.object({
  maxIds: z
    .strictObject({ posthog_team: id, posthog_person: id, posthog_persondistinctid: id })
    .default({})
    .describe("highest id seen in ClickHouse or the archive, by table"),
});

export default defineCommand({
  name: "postgres-settle",
  summary: "After a restore of PostgreSQL: move its sequences past every id ever seen",
  params,
  async run(connection, { maxIds }, reporter): Promise<SettleResult> {
    const { postgres } = requireParts(connection, ["postgres"]);
    const seen = Object.fromEntries(
      Object.entries(maxIds).filter(([, value]) => value !== undefined),
    );
    return settlePostgres(postgres, seen, reporter);
  },
});
