import { z } from "zod";
import { defineCommand } from "../command.ts";
import { requireParts } from "../connection.ts";
import { setLogins } from "../postgres/logins.ts";

const params = z.object({
  passwords: z
    .record(z.string(), z.string().min(16))
    .describe("password of each role by name; generated, of letters and digits"),
});

export default defineCommand({
  name: "postgres-logins",
  summary: "Give PostgreSQL's roles their passwords: after a restore the old ones end with it",
  params,
  async run(connection, { passwords }, reporter): Promise<{ logins: string[] }> {
    const { postgres } = requireParts(connection, ["postgres"]);
    const logins = await setLogins(postgres.url, passwords);
    reporter.progress(`logins: ${logins.join(", ")}`);
    return { logins };
  },
});
