import { expect, test } from "vitest";
import { startPostgres } from "../../tests/harness/postgres.ts";
import { cleanUpAfterFile } from "../../tests/harness/process.ts";
import { silentReporter } from "../../tests/harness/reporter.ts";
import { startS3 } from "../../tests/harness/s3.ts";
import { connectionSchema } from "../connection.ts";
import { knownTeamIds } from "../postgres/position.ts";
import { createSchema } from "../postgres/schema.ts";
import team from "./team.ts";

cleanUpAfterFile();

test("a team is made once, however often and from however many sides it is asked for", async () => {
  const { connection: postgres } = await startPostgres(await startS3());
  await createSchema(postgres.url);
  const connection = connectionSchema.parse({
    platform: "local",
    stack: "local",
    role: "primary",
    region: "east",
    owner: "test",
    epoch: 1,
    postgres,
  });
  const results = await Promise.all(
    ["acme", "acme", "acme"].map((name) => team.run(connection, { name }, silentReporter)),
  );
  expect(new Set(results.map((each) => each.apiToken)).size).toBe(1);
  expect(results.filter((each) => each.created)).toHaveLength(1);
  const other = await team.run(connection, { name: "other" }, silentReporter);
  expect(await knownTeamIds(postgres.url)).toEqual([results[0]?.team, other.team]);
});
