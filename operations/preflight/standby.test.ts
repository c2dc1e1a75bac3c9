import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { keyPair, ledgerFixture } from "../../scripts/ledger/fixture.ts";
import { signLedger } from "../../scripts/ledger/sign.ts";
import { manifestFixture } from "../../scripts/postgres/rds-fixture.ts";
import * as wire from "../../tests/harness/aws/answers.ts";
import type { Answers } from "../../tests/harness/aws/endpoint.ts";
import { buckets, type Bucket } from "../../tests/harness/aws/s3.ts";
import { cleanUpAfterFile } from "../../tests/harness/process.ts";
import { account, ask, backupArn, keys, primary, record, saying, standby } from "./fixture.ts";

cleanUpAfterFile();
beforeAll(() => record("dr", "dr without an ARN"), 900_000);

describe("a standby", () => {
  const id = "20261126T050000Z-full-a1b2c3";
  const object = "rows of a backup";
  const ledger = ledgerFixture({
    id,
    keyId: "k1",
    objects: [
      {
        bucket: "backups",
        key: `e1/clickhouse/${id}/cut/data`,
        size: object.length,
        sha256: createHash("sha256").update(object).digest("hex"),
      },
    ],
  });
  const manifest = manifestFixture({
    copy: {
      arn: backupArn,
      region: standby,
      keyArn: `arn:aws:kms:${standby}:${account}:key/1`,
      retentionDays: 14,
    },
  });
  const objects = {
    [`e1/ledgers/${id}.json`]: JSON.stringify(signLedger(ledger, keys.privateKey)),
    [`e1/clickhouse/${id}/cut/data`]: object,
  };
  const vault = (changed: Readonly<Record<string, Partial<Bucket>>> = {}): Answers => {
    const bucket = (purpose: string, holds: Record<string, string>) => ({
      [`acme-recover-7f3a-${standby}-${purpose}`]: {
        account,
        locked: purpose !== "control",
        objects: holds,
        ...changed[purpose],
      },
    });
    return {
      "s3 *": buckets({
        ...bucket("backups", objects),
        ...bucket("archive", { "e1/c/t/topic/0": "events" }),
        ...bucket("control", { "main/postgres/1.json": JSON.stringify(manifest) }),
      }),
    };
  };
  const copy = (latest: string | undefined, status = "replicating"): Answers => ({
    "rds DescribeDBInstanceAutomatedBackups": wire.automatedBackups([
      {
        arn: backupArn,
        instanceArn: `arn:aws:rds:${primary}:${account}:db:acme-prod-g1-postgres`,
        status,
        ...(latest === undefined ? {} : { latest }),
      },
    ]),
  });
  const fresh = () => copy(new Date(Date.now() - 600_000).toISOString());
  const askDr = (answers: Answers) => ask("dr", { [standby]: answers });

  test("that could recover now is clean", async () => {
    const result = await askDr({ ...vault(), ...fresh() });
    expect(saying(result)).toEqual([]);
    expect(result.rows.map(({ what, found }) => `${what}: ${found}`).join("\n")).toContain(
      `newest ledger: ${id}: chain of 1, 1 objects`,
    );
  });

  test("that looks its copy up on the day finds it now", async () => {
    const found = await ask("dr without an ARN", { [standby]: { ...vault(), ...fresh() } });
    expect(saying(found)).toEqual([]);
    const none = await ask("dr without an ARN", { [standby]: vault() });
    expect(saying(none).join("\n")).toMatch(/replicated backup: .*no automated backup/);
  });

  test.each<[string, () => Answers, RegExp]>([
    [
      "no vault",
      () => ({ ...wire.emptyRegion(standby, account), ...fresh() }),
      /vault: .*-backups: does not exist/,
    ],
    [
      "an empty vault",
      () => ({ ...vault({ backups: { objects: {} } }), ...fresh() }),
      /-backups: is empty/,
    ],
    [
      "a vault without lock",
      () => ({ ...vault({ archive: { locked: false } }), ...fresh() }),
      /-archive: has no Object Lock/,
    ],
    [
      "another account's vault",
      () => ({ ...vault({ control: { account: "999900001111" } }), ...fresh() }),
      /-control: is another account's/,
    ],
    [
      "a ledger that lacks an object",
      () => ({
        ...vault({
          backups: {
            objects: { [`e1/ledgers/${id}.json`]: objects[`e1/ledgers/${id}.json`] },
          },
        }),
        ...fresh(),
      }),
      /newest ledger: .*cut\/data: it is not there/,
    ],
    [
      "a ledger that somebody else signed",
      () => ({
        ...vault({
          backups: {
            objects: {
              ...objects,
              [`e1/ledgers/${id}.json`]: JSON.stringify(signLedger(ledger, keyPair().privateKey)),
            },
          },
        }),
        ...fresh(),
      }),
      /newest ledger: /,
    ],
    [
      "another copy than the manifest's",
      () => ({
        ...vault({
          control: { objects: { "main/postgres/1.json": JSON.stringify(manifestFixture()) } },
        }),
        ...fresh(),
      }),
      /PostgreSQL's manifest: names arn:aws:rds:eu-west-1:123456789012/,
    ],
    ["no copy of PostgreSQL", () => vault(), /replicated backup: no arn:aws:rds/],
    [
      "a copy that is not there yet",
      () => ({ ...vault(), ...copy(undefined, "pending") }),
      /replicated backup: pending/,
    ],
    [
      "a copy that lags",
      () => ({ ...vault(), ...copy("2026-01-02T00:00:00Z") }),
      /1800 s are allowed/,
    ],
  ])("with %s is red", async (_, answers, said) => {
    const result = await askDr(answers());
    expect(saying(result).join("\n")).toMatch(said);
  });
});
