import { beforeAll, expect, test } from "vitest";
import { cleanUpAfterFile } from "../../tests/harness/process.ts";
import { silentReporter } from "../../tests/harness/reporter.ts";
import { startS3, type TestS3 } from "../../tests/harness/s3.ts";
import { connectionSchema, type Connection } from "../connection.ts";
import { ObjectStore } from "../vault/s3.ts";
import pickLedger from "./pick-ledger.ts";

cleanUpAfterFile();

let s3: TestS3;
let connection: Connection;
const pick = (params: object) =>
  pickLedger.run(connection, pickLedger.params.parse(params), silentReporter);

beforeAll(async () => {
  s3 = await startS3();
  connection = connectionSchema.parse({
    platform: "local",
    stack: "dr",
    role: "standby",
    region: "west",
    owner: "test",
    epoch: 1,
    vault: s3.vault,
  });
});

test("an empty vault is what a recovery without any backup begins with, or is refused where it is asked to", async () => {
  expect(await pick({})).toMatchObject({ ledger: null, chain: [], objects: 0 });
  await expect(pick({ refuseEmpty: true })).rejects.toThrow(
    new RegExp(
      `buckets ${s3.vault.backups} and ${s3.vault.archive}\\) holds no backup and no archived event: .*recover:vaultName`,
    ),
  );
});

test("archived events alone are enough, those of the line that is recovered", async () => {
  const store = new ObjectStore(s3.vault);
  try {
    await store.put(s3.vault.archive, "drill-x/e1/cluster/topic/events/object", "x");
    await expect(pick({ refuseEmpty: true })).rejects.toThrow(/no archived event/);
    await store.put(s3.vault.archive, "e1/cluster/topic/events/object", "x");
    expect(await pick({ refuseEmpty: true })).toMatchObject({ ledger: null });
  } finally {
    store.close();
  }
});
