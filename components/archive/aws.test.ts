import { rmSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { only, recordAws, type Made } from "../../tests/components/aws-mocks.ts";
import { AwsArchive, type ArchiveSink } from "./aws.ts";
import { logsKeyArn, pluginFile, target } from "./fixture.ts";

const { plugin, folder } = pluginFile();
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const lenses: ArchiveSink = {
  kind: "lenses",
  bootstrapIam: "b-1.kafka:9098",
  plugin,
  pluginBucket: "acme-control",
  subnetIds: ["subnet-a"],
  securityGroupIds: ["sg-connect"],
  logsKeyArn,
};
const firehose: ArchiveSink = { kind: "firehose", logsKeyArn, after: [] };

async function run(sink: ArchiveSink, dryRun = false): Promise<{ made: Made[]; watch: unknown }> {
  let watch: unknown;
  const made = await recordAws(
    () => {
      const archive = new AwsArchive("archive", { ...target(), sink });
      archive.watch.apply((found) => {
        watch = found;
      });
    },
    { dryRun },
  );
  return { made, watch };
}

describe.each([true, false])("AwsArchive (dry run %s)", (dryRun) => {
  test("is the Lenses connector by one word, and nothing of Firehose", async () => {
    const { made, watch } = await run(lenses, dryRun);
    const component = only(made, "recover:archive:AwsConnectArchive");
    expect([component.name, component.parent]).toEqual(["archive-lenses", "archive"]);
    expect(made.some(({ type }) => /firehose|lambda/i.test(type))).toBe(false);
    if (!dryRun) {
      expect(watch).toMatchObject({
        kind: "connector",
        group: "connect-acme-prod-g1-archive-events",
      });
    }
  });

  test("is a Firehose stream by another, and nothing of Connect", async () => {
    const { made, watch } = await run(firehose, dryRun);
    const component = only(made, "recover:archive:AwsFirehoseArchive");
    expect([component.name, component.parent]).toEqual(["archive-firehose", "archive"]);
    expect(made.some(({ type }) => type.includes("mskconnect"))).toBe(false);
    if (!dryRun)
      expect(watch).toMatchObject({ kind: "stream", name: "acme-prod-g1-archive-events" });
  });

  test("every resource of either has the region's provider", async () => {
    for (const sink of [lenses, firehose]) {
      const { made } = await run(sink, dryRun);
      const strays = made.filter(
        ({ type, provider }) => type.startsWith("aws:") && provider !== "aws-eu-central-1",
      );
      expect(strays.map(({ name }) => name)).toEqual([]);
    }
  });

  test("refuses an unknown kind by its name, and says what to write", async () => {
    await recordAws(
      () => {
        for (const kind of ["kafka-connect", undefined]) {
          const sink = { ...firehose, kind } as unknown as ArchiveSink;
          expect(() => new AwsArchive("archive", { ...target(), sink })).toThrow(
            /archive\.kind is ("kafka-connect"|undefined), and there is no such archive.*"lenses".*"firehose"/,
          );
        }
      },
      { dryRun },
    );
  });
});
