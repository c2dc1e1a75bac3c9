import { expect, test } from "vitest";
import { startPostgres } from "../../tests/harness/postgres.ts";
import { cleanUpAfterFile } from "../../tests/harness/process.ts";
import { silentReporter } from "../../tests/harness/reporter.ts";
import { startS3 } from "../../tests/harness/s3.ts";
import { manifestFixture } from "../postgres/rds-fixture.ts";
import { createSchema } from "../postgres/schema.ts";
import { protectPostgres } from "./postgres.ts";

cleanUpAfterFile();

/** A server of one's own stands in for RDS: what is asked of it by SQL is the same. */
test("a full backup with RDS takes no base backup, and its ledger says where RDS's own is", async () => {
  const s3 = await startS3();
  const { connection } = await startPostgres(s3, { prefix: "e1" });
  await createSchema(connection.url);
  const manifest = manifestFixture();
  const found = await protectPostgres(
    {
      postgres: { kind: "rds", url: connection.url, manifest },
      vault: s3.vault,
      prefix: "rds-e1",
    },
    { full: true, parent: undefined },
    silentReporter,
  );
  expect(found.position).toMatchObject({ kind: "rds", manifest });
  expect(found.position.lsn).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
  expect(found).not.toHaveProperty("baseFolder");
  expect(await s3.store.listNames("backups", "rds-e1/")).toEqual([]);
});
