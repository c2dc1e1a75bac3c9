import { describe, expect, test } from "vitest";
import { queryError } from "../../tests/harness/aws/answers.ts";
import { fakeRegion, type Answer, type Request } from "../../tests/harness/aws/endpoint.ts";
import { cleanUpAfterEach, freePorts } from "../../tests/harness/process.ts";
import { backupsIn, rdsBackups } from "./rds-backups.ts";

/** As the API reference writes it, with the lists that lie between its fields. */
const element = (id: string, more = "") => `
  <DBInstanceAutomatedBackup>
    <DBInstanceAutomatedBackupsReplications/>
    <DBInstanceArn>arn:aws:rds:eu-central-1:123456789012:db:acme-${id}</DBInstanceArn>
    <TagList><Tag><Key>a</Key><Value>x &amp; y</Value></Tag></TagList>
    <DbiResourceId>db-${id}</DbiResourceId>
    <Region>eu-central-1</Region>
    <DBInstanceIdentifier>acme-${id}</DBInstanceIdentifier>
    <AllocatedStorage>100</AllocatedStorage>
    <Status>Replicating</Status>
    <Port>5432</Port>
    <MasterUsername>a&lt;dmin</MasterUsername>
    <Engine>postgres</Engine>
    <EngineVersion>17.6</EngineVersion>
    <Encrypted>true</Encrypted>
    <StorageType>gp3</StorageType>
    <DBInstanceAutomatedBackupsArn>arn:aws:rds:eu-west-1:123456789012:auto-backup:ab-${id}</DBInstanceAutomatedBackupsArn>${more}
  </DBInstanceAutomatedBackup>`;
const ready = `
    <RestoreWindow>
      <EarliestTime>2026-11-08T00:00:00Z</EarliestTime>
      <LatestTime>2026-11-22T23:10:00Z</LatestTime>
    </RestoreWindow>
    <KmsKeyId>arn:aws:kms:eu-west-1:123456789012:key/far</KmsKeyId>`;
const page = (elements: string, marker = "") => `
<DescribeDBInstanceAutomatedBackupsResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/">
  <DescribeDBInstanceAutomatedBackupsResult>
    <DBInstanceAutomatedBackups>${elements}</DBInstanceAutomatedBackups>${marker}
  </DescribeDBInstanceAutomatedBackupsResult>
</DescribeDBInstanceAutomatedBackupsResponse>`;

describe("an answer", () => {
  test("has all that a restore needs", () => {
    expect(backupsIn(page(element("one", ready)))).toEqual([
      {
        arn: "arn:aws:rds:eu-west-1:123456789012:auto-backup:ab-one",
        instanceArn: "arn:aws:rds:eu-central-1:123456789012:db:acme-one",
        identifier: "acme-one",
        resourceId: "db-one",
        engine: "postgres",
        engineVersion: "17.6",
        masterUsername: "a<dmin",
        port: 5432,
        allocatedGib: 100,
        storageType: "gp3",
        keyArn: "arn:aws:kms:eu-west-1:123456789012:key/far",
        status: "replicating",
        earliest: "2026-11-08T00:00:00Z",
        latest: "2026-11-22T23:10:00Z",
      },
    ]);
  });

  test("of a backup that is still being copied has no window", () => {
    const [first, second] = backupsIn(page(element("one") + element("two", ready)));
    expect(first).toMatchObject({ identifier: "acme-one", earliest: undefined, keyArn: undefined });
    expect(second).toMatchObject({ identifier: "acme-two", latest: "2026-11-22T23:10:00Z" });
  });

  test("may be empty", () => {
    expect(backupsIn(page(""))).toEqual([]);
  });
});

describe("the look-up", () => {
  cleanUpAfterEach();

  /** RDS of a region that gives these answers in turn, and what it was asked. */
  async function serve(...answers: readonly Answer[]) {
    const asked: Request[] = [];
    const { endpoint } = await fakeRegion("eu-west-1", {
      "rds DescribeDBInstanceAutomatedBackups": (request) => {
        asked.push(request);
        return answers[asked.length - 1] ?? { status: 500, body: "" };
      },
    });
    return { asked, lookup: lookupAt(endpoint) };
  }

  const lookupAt = (endpoint: string) =>
    rdsBackups({
      region: "eu-west-1",
      endpoint,
      credentials: () =>
        Promise.resolve({ accessKeyId: "AKIA", secretAccessKey: "hidden", sessionToken: "token" }),
    });

  test("asks one region, signed, page by page", async () => {
    const { asked, lookup } = await serve(
      { body: page(element("one", ready), "<Marker>next</Marker>") },
      { body: page(element("two", ready)) },
    );
    expect((await lookup()).map(({ identifier }) => identifier)).toEqual(["acme-one", "acme-two"]);
    expect(asked.map(({ fields }) => fields)).toEqual([
      { Action: "DescribeDBInstanceAutomatedBackups", Version: "2014-10-31" },
      { Action: "DescribeDBInstanceAutomatedBackups", Version: "2014-10-31", Marker: "next" },
    ]);
    for (const { headers } of asked) {
      expect(headers.authorization).toMatch(
        /^AWS4-HMAC-SHA256 Credential=AKIA\/\d{8}\/eu-west-1\/rds\/aws4_request, SignedHeaders=/,
      );
      expect(headers["x-amz-security-token"]).toBe("token");
      expect(JSON.stringify(headers)).not.toContain("hidden");
    }
  });

  test("says what RDS refuses", async () => {
    const { lookup } = await serve(queryError("AccessDenied", "not you"));
    await expect(lookup()).rejects.toThrow(
      /refuses DescribeDBInstanceAutomatedBackups \(403 AccessDenied: not you\)/,
    );
  });

  test("says when nobody answers", async () => {
    const [port = 0] = await freePorts(1);
    const lookup = lookupAt(`http://127.0.0.1:${port}`);
    await expect(lookup()).rejects.toThrow(/does not answer/);
  });
});
