import { describe, expect, test } from "vitest";
import { root, settingsOf } from "../../tests/components/aws-stacks.ts";
import { protectionsOff } from "../settings.ts";

const refused = (stack: "prod" | "dr", changed: Record<string, unknown>) => () =>
  settingsOf(stack, changed);

describe("the shipped examples", () => {
  test.each(["prod", "dr"] as const)("%s: nothing that protects is off", (stack) => {
    expect(protectionsOff(settingsOf(stack))).toEqual([]);
  });

  test("are of the two roles, and of one installation", () => {
    const [prod, dr] = [settingsOf("prod"), settingsOf("dr")];
    expect([prod.role, dr.role]).toEqual(["primary", "standby"]);
    expect(dr.region).toBe(prod.standbyRegion);
    const shared = [
      "account",
      "install",
      "vaultName",
      "eventsTopic",
      "partitions",
      "rpo",
      "rto",
      "images",
    ];
    for (const name of shared as (keyof typeof prod)[]) expect(dr[name], name).toEqual(prod[name]);
    // Both at once may be reached from one place.
    expect(dr.network).not.toEqual(prod.network);
  });
});

describe("defaults follow from the objectives", () => {
  test("as they are", () => {
    expect(settingsOf("prod", { rpo: undefined, rto: undefined })).toMatchObject({
      rpo: 1800,
      rto: 7200,
      archiveFlush: 60,
      lease: { ttl: 60, renew: 15, clockMargin: 10 },
      incrementalBackups: { cron: "*/30 * * * *" },
      fullBackups: { cron: "0 3 * * *" },
      audit: { cron: "30 */6 * * *" },
      lockFor: 14 * 86_400,
      archive: { plugin: { path: `${root}/vendor/kafka-connect-aws-s3.zip` } },
    });
  });

  test.each([
    [{ rpo: "15.5 minutes" }, { archiveFlush: 30 }],
    [{ rto: "10 minutes" }, { incrementalBackups: { cron: "*/5 * * * *" }, lease: { ttl: 15 } }],
    [{ rto: "1 hour" }, { incrementalBackups: { cron: "*/15 * * * *" } }],
    [{ rto: "1 day" }, { incrementalBackups: { cron: "0 * * * *" }, lease: { ttl: 60 } }],
    [{ lease: { ttl: "20 seconds" } }, { lease: { ttl: 20, renew: 5, clockMargin: 10 } }],
  ])("%j makes %j", (changed, wanted) => {
    expect(settingsOf("prod", changed)).toMatchObject(wanted);
  });
});

describe("a contradiction is refused with its numbers", () => {
  test.each([
    [{ rpo: "15 minutes" }, /recover:rpo: 15 minutes cannot be kept: .* within 15 minutes/],
    [
      { rpo: "16 minutes", archiveFlush: "90 seconds" },
      /recover:archiveFlush: 1\.5 minutes .* 15 minutes .* more than recover:rpo, 16 minutes\. Write at most 1 minute/,
    ],
    [
      { incrementalBackups: { cron: "0 */6 * * *" } },
      /recover:incrementalBackups: up to 6 hours .* recover:rto is 2 hours/,
    ],
    [
      // The first hundreds of its runs show nothing of the weekend.
      { incrementalBackups: { cron: "*/5 * * * 1-5" } },
      /recover:incrementalBackups: up to 2 days .* recover:rto is 2 hours/,
    ],
    [
      { fullBackups: { cron: "0 0 30 2 *" } },
      /recover:fullBackups.cron: write five fields, in UTC, of a time that comes/,
    ],
    [
      { lockFor: "6 days", fullBackups: { cron: "0 3 * * 0" } },
      /recover:lockFor: 6 days .* 7 days between two full/,
    ],
    [{ lease: { ttl: "2 hours" } }, /recover:lease: .* 2 hours.* recover:rto, 2 hours/],
    [{ lease: { ttl: "15 seconds", renew: "6 seconds" } }, /recover:lease: renew is 6 seconds/],
    [{ keepFor: "7 days" }, /recover:keepFor: is 7 days, .* locked for 14 days/],
    [
      { kafka: { retention: "2 hours" } },
      /recover:kafka\.retention: Kafka shall keep events for 2 h, .* 0\.5 h between backups \+ 1 h .* 2 h for a restore \+ 72 h/,
    ],
    [
      { kafka: { bytesPerSecond: 1e9, maxGibPerBroker: 100 } },
      /recover:kafka: Each of 3 brokers .* at most 100 GiB are allowed/,
    ],
  ])("%j", (changed, message) => {
    expect(refused("prod", changed)).toThrow(message);
    expect(refused("prod", changed)).toThrow(/nothing was changed/);
  });
});

describe("bad input is refused by name", () => {
  test.each([
    [
      "same region twice",
      "prod",
      { standbyRegion: "eu-central-1" },
      /recover:standbyRegion: is eu-central-1/,
    ],
    [
      "a standby away from the vault",
      "dr",
      { standbyRegion: "eu-west-3" },
      /recover:standbyRegion: is eu-west-3/,
    ],
    ["no region of AWS", "prod", { region: "east" }, /recover:region: write a region of AWS/],
    [
      "a Multi-AZ cluster with backup replication",
      "prod",
      { postgres: { deployment: "multiAzCluster" } },
      /recover:postgres\.deployment: is multiAzCluster: .* Write "multiAzInstance"/,
    ],
    [
      "an even ensemble",
      "prod",
      { zookeeper: { members: 4 } },
      /recover:zookeeper\.members: is 4: .* Write 3 or 5/,
    ],
    [
      "an unknown archive",
      "prod",
      { archive: { kind: "s3" } },
      /recover:archive\.kind: there is no such archive/,
    ],
    [
      "a plugin that is not there",
      "prod",
      { archive: { kind: "lenses", plugin: { path: "nowhere.zip", sha256: "0".repeat(64) } } },
      /recover:archive\.plugin\.path: names .*nowhere\.zip, and there is no such file/,
    ],
    [
      "zones of elsewhere",
      "prod",
      { zones: ["eu-west-1a", "eu-west-1b", "eu-west-1c"] },
      /recover:zones: is eu-west-1a/,
    ],
    [
      "two zones",
      "prod",
      { zones: ["eu-central-1a", "eu-central-1a", "eu-central-1b"] },
      /recover:zones/,
    ],
    ["no account", "prod", { account: "acme" }, /recover:account: write the twelve digits/],
    [
      "a standby without the vault's key",
      "dr",
      { vaultKeyArn: undefined },
      /recover:vaultKeyArn: is not set.*npm run pair/,
    ],
    [
      "replicas, whose tables are not replicated",
      "prod",
      { clickhouse: { replicas: 2 } },
      /recover:clickhouse\.replicas: is 2: the tables are not replicated yet/,
    ],
    [
      "a failover without a copy of PostgreSQL",
      "dr",
      { postgres: {} },
      /recover:postgres\.backupArn: is not set, nor is recover:primaryRegion/,
    ],
    [
      "a standby in the primary's region",
      "dr",
      { primaryRegion: "eu-west-1" },
      /recover:primaryRegion: is eu-west-1, this stack's own region/,
    ],
    ["a mode that is none", "dr", { mode: "warm" }, /recover:mode/],
    [
      "a drill on somebody's database",
      "dr",
      { mode: "drill", postgres: { adopt: { identifier: "ours" } } },
      /recover:mode: is drill, and postgres would be adopted/,
    ],
    [
      "a copy that is to go nowhere",
      "dr",
      { mode: "reprotect", reprotect: undefined },
      /recover:reprotect: is not set.* {region, vaultName}/,
    ],
    [
      "a copy in the region that it is a copy of",
      "dr",
      { mode: "reprotect", reprotect: { region: "eu-west-1", vaultName: "other" } },
      /recover:reprotect\.region: is eu-west-1, this stack's own/,
    ],
    [
      "a copy into what a returning primary writes",
      "dr",
      { mode: "reprotect", reprotect: { region: "eu-central-1", vaultName: "acme-recover-7f3a" } },
      /recover:reprotect\.vaultName: .* for example acme-recover-7f3a-2/,
    ],
    [
      "a copy of a database that RDS does not copy",
      "dr",
      { mode: "reprotect", postgres: { deployment: "multiAzCluster", backupArn: "arn:aws:rds:x" } },
      /recover:mode: is reprotect, and postgres\.deployment is multiAzCluster/,
    ],
    ["recoveries in place of a standby", "dr", { recoveries: ["postgres"] }, /recover:recoveries/],
    [
      "a network that is neither",
      "prod",
      { network: { cidr: "10.0.0.0/16" } },
      /recover:network: write \{create/,
    ],
    [
      "a protection that is off without a reason",
      "prod",
      { audit: { off: "no" } },
      /recover:audit/,
    ],
    ["an unknown part", "prod", { kafka: { size: 3 } }, /recover:kafka: Unrecognized key: "size"/],
  ] as const)("%s", (_, stack, changed, message) => {
    expect(refused(stack, changed)).toThrow(message);
  });

  test("a pilot light needs no copy of PostgreSQL yet", () => {
    expect(refused("dr", { mode: "pilot-light", postgres: {} })).not.toThrow();
  });

  test("everything that is off is told, wherever it stands", () => {
    const off = {
      audit: { off: "nobody reads its result" },
      postgres: { replication: { off: "there is no second region" } },
      zookeeper: { snapshots: { off: "it holds nothing that is not elsewhere" } },
    };
    expect(protectionsOff(settingsOf("prod", off))).toEqual([
      "recover:postgres.replication is off: there is no second region",
      "recover:zookeeper.snapshots is off: it holds nothing that is not elsewhere",
      "recover:audit is off: nobody reads its result",
    ]);
  });
});
