import { describe, expect, test } from "vitest";
import { manifestFixture } from "./rds-fixture.ts";
import { restoreSource, type ReplicatedBackup, type WantedSource } from "./rds-source.ts";

const backupArn = (id: string) => `arn:aws:rds:eu-west-1:123456789012:auto-backup:ab-${id}`;
const manifest = manifestFixture({
  resourceId: "db-ABC",
  copy: {
    arn: backupArn("one"),
    region: "eu-west-1",
    keyArn: "arn:aws:kms:eu-west-1:123456789012:key/far",
    retentionDays: 14,
  },
});
const listed: ReplicatedBackup = {
  arn: backupArn("one"),
  instanceArn: manifest.arn,
  identifier: manifest.identifier,
  resourceId: "db-ABC",
  engine: "postgres",
  engineVersion: "17.7",
  masterUsername: "recover_admin",
  port: 5432,
  allocatedGib: 120,
  storageType: "gp3",
  keyArn: manifest.copy?.keyArn,
  status: "replicating",
  earliest: "2026-11-08T00:00:00Z",
  latest: "2026-11-22T23:10:00Z",
};
const wanted: WantedSource = { region: "eu-west-1", primaryRegion: "eu-central-1" };
const lookup =
  (...all: ReplicatedBackup[]) =>
  () =>
    Promise.resolve(all);
const broken = () => Promise.reject(new Error("AccessDenied"));

describe("with a manifest", () => {
  test("its backup is taken, as the standby's region has it now", async () => {
    expect(await restoreSource(manifest, lookup(listed), wanted)).toEqual({
      kind: "pointInTime",
      backupArn: backupArn("one"),
      at: "latest",
      majorVersion: 17,
      engineVersion: "17.7",
      masterUsername: "recover_admin",
      port: 5432,
      allocatedGib: 120,
      storageType: "gp3",
      instanceClass: "db.r6g.large",
      foundBy: "manifest",
      notes: [],
    });
  });

  test("a list that cannot be had does not stop the recovery", async () => {
    const source = await restoreSource(manifest, broken, wanted);
    expect(source).toMatchObject({
      backupArn: backupArn("one"),
      engineVersion: "17.6",
      allocatedGib: 100,
      foundBy: "manifest",
    });
    expect(source.notes).toEqual([expect.stringMatching(/could not be listed \(AccessDenied\)/)]);
  });

  test("whose backup was made anew, the same instance's newer one is taken, and said", async () => {
    const anew = { ...listed, arn: backupArn("two") };
    const other = { ...listed, arn: backupArn("three"), resourceId: "db-OTHER" };
    const source = await restoreSource(manifest, lookup(other, anew), wanted);
    expect(source).toMatchObject({
      backupArn: backupArn("two"),
      instanceClass: "db.r6g.large",
      foundBy: "lookup",
    });
    expect(source.notes).toEqual([expect.stringMatching(/ab-one is not in eu-west-1/)]);
  });

  test("another instance's backup is never taken", async () => {
    const other = { ...listed, arn: backupArn("three"), resourceId: "db-OTHER" };
    await expect(restoreSource(manifest, lookup(other), wanted)).rejects.toThrow(
      /has no automated backup from eu-central-1.*to a snapshot/s,
    );
  });

  test("that says replication was off, only a list can help", async () => {
    const off = { ...manifest, copy: null };
    expect(await restoreSource(off, lookup(listed), wanted)).toMatchObject({ foundBy: "lookup" });
    await expect(restoreSource(off, broken, wanted)).rejects.toThrow(/could not be listed/);
  });
});

describe("without a manifest", () => {
  test("the only backup from the primary's region is taken; its class is not known", async () => {
    const source = await restoreSource(undefined, lookup(listed), wanted);
    expect(source).toMatchObject({
      backupArn: backupArn("one"),
      foundBy: "lookup",
      instanceClass: undefined,
    });
  });

  test.each<[string, Partial<ReplicatedBackup>]>([
    [
      "of the standby's own instances",
      { instanceArn: "arn:aws:rds:eu-west-1:123456789012:db:own" },
    ],
    ["of another engine", { engine: "mysql" }],
    ["that cannot be restored yet", { earliest: undefined, latest: undefined }],
    ["of another name", { identifier: "other" }],
  ])("backups %s do not count", async (_, other) => {
    await expect(
      restoreSource(undefined, lookup({ ...listed, ...other }), {
        ...wanted,
        identifierPrefix: "acme-prod-",
      }),
    ).rejects.toThrow(/has no automated backup of an instance "acme-prod-…" from eu-central-1/);
  });

  test("of two, nobody guesses: both are named", async () => {
    const second = { ...listed, arn: backupArn("two"), identifier: "acme-prod-g2-postgres" };
    await expect(restoreSource(undefined, lookup(listed, second), wanted)).rejects.toThrow(
      /has 2 automated backups.*ab-one.*ab-two.*Set recover:postgres\.source to one of these/s,
    );
    const named = { ...wanted, identifierPrefix: "acme-prod-g2-" };
    expect(await restoreSource(undefined, lookup(listed, second), named)).toMatchObject({
      backupArn: backupArn("two"),
    });
  });

  test("and without a list there is nothing", async () => {
    await expect(restoreSource(undefined, broken, wanted)).rejects.toThrow(
      /AccessDenied.*Allow rds:DescribeDBInstanceAutomatedBackups/s,
    );
  });
});

describe("a time", () => {
  const at = (time: string) => restoreSource(manifest, lookup(listed), { ...wanted, at: time });

  test.each(["2026-11-08T00:00:00Z", "2026-11-20T12:00:00Z", "2026-11-22T23:10:00Z"])(
    "within the backup is taken: %s",
    async (time) => {
      expect(await at(time)).toMatchObject({ at: time });
    },
  );

  test.each([
    ["2026-11-07T23:59:59Z", /lies before what .*2026-11-08T00:00:00Z to 2026-11-22T23:10:00Z/],
    ["2026-11-22T23:10:01Z", /lies after what/],
    ["yesterday", /is no time\. Write UTC as in/],
  ])("outside of it is refused with the window: %s", async (time, message) => {
    await expect(at(time)).rejects.toThrow(message);
  });
});
