import { z } from "zod";
import { defineCommand } from "../command.ts";
import { requireParts } from "../connection.ts";
import { createSchema } from "../postgres/schema.ts";

export default defineCommand({
  name: "postgres-schema",
  summary: "Make PostgreSQL's tables (organizations, teams, persons) where they are missing",
  params: z.object({}),
  async run(connection, _params, reporter): Promise<{ tables: string[] }> {
    const { postgres } = requireParts(connection, ["postgres"]);
    const result = await createSchema(postgres.url);
    reporter.progress(`tables: ${result.tables.join(", ")}`);
    return result;
  },
});
