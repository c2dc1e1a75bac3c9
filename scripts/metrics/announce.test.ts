import { describe, expect, it } from "vitest";
import { fakeRegion, type Request } from "../../tests/harness/aws/endpoint.ts";
import { xml } from "../../tests/harness/aws/xml.ts";
import { cleanUpAfterEach } from "../../tests/harness/process.ts";
import { asJson } from "../fence/control.ts";
import { MemoryControl, stackOf } from "../fence/fixture.ts";
import { keys, type FenceRecord } from "../fence/records.ts";
import { readAnnouncement, readAtRisk } from "../status/announcements.ts";
import { announceLags } from "./announce.ts";
import { newestMaximum, replicationLag } from "./replication-lag.ts";

const now = Date.parse("2026-11-22T23:15:00Z");
const unknown = { archive: undefined, replication: undefined };

async function held(by: { owner: string; epoch: number }): Promise<MemoryControl> {
  const store = new MemoryControl();
  const record: FenceRecord = {
    ...by,
    stack: by.owner,
    role: "primary",
    region: "east",
    recoveryId: "first",
    kind: "first",
    reason: "a test",
    time: new Date(now).toISOString(),
  };
  await store.write(keys.fence("main", by.epoch), asJson(record));
  return store;
}

describe("what a connector and S3 do not say themselves", () => {
  it("is said for them, as a standby reads it when it asks what was at risk", async () => {
    const me = stackOf({ epoch: 1 });
    const store = await held({ owner: me.owner, epoch: 1 });
    const lags = {
      archive: { events: 40, seconds: 12 },
      replication: { pending: 0, seconds: 3 },
    };
    await announceLags(store, me, 60, lags, now);
    expect(await readAnnouncement(store, "main", "archiver")).toMatchObject({
      epoch: 1,
      lag: 40,
      flushSeconds: 60,
      lastFlushAt: "2026-11-22T23:14:48.000Z",
    });
    const at = new Date(now).toISOString();
    expect(await readAtRisk(store, "main", at)).toEqual({ events: 40, seconds: 15, at });
  });

  it("is left out where it is not known: no record is older than what it says", async () => {
    const me = stackOf({ epoch: 1 });
    const store = await held({ owner: me.owner, epoch: 1 });
    await announceLags(store, me, 60, unknown, now);
    expect(await readAnnouncement(store, "main", "archiver")).toBeUndefined();
    await announceLags(store, me, 60, { ...unknown, replication: { pending: 1, seconds: 9 } }, now);
    expect(await readAnnouncement(store, "main", "archiver")).toBeUndefined();
    expect(await readAnnouncement(store, "main", "replicator")).toMatchObject({ pending: 1 });
  });

  it.each([
    ["another stack's", { owner: "somebody-else", epoch: 2 }],
    ["a later epoch of this stack", { owner: stackOf().owner, epoch: 2 }],
  ])("is not said for an epoch that is %s by now", async (_, by) => {
    const store = await held(by);
    const lags = { ...unknown, archive: { events: 1, seconds: 1 } };
    await expect(announceLags(store, stackOf({ epoch: 1 }), 60, lags, now)).rejects.toThrow(
      /not said, as this is epoch 1.*held by epoch 2/,
    );
    expect(await readAnnouncement(store, "main", "archiver")).toBeUndefined();
  });
});

const points = (...values: [string, number][]) =>
  values
    .map(
      ([time, value]) =>
        `<member><Timestamp>${time}</Timestamp><Maximum>${value}</Maximum><Unit>Seconds</Unit></member>`,
    )
    .join("");

describe("S3's replication", () => {
  cleanUpAfterEach();

  it("is as far as its latest datapoint says", () => {
    const some = points(["2026-11-22T23:13:00Z", 7], ["2026-11-22T23:14:00Z", 3]);
    expect(newestMaximum(`<Datapoints>${some}</Datapoints>`)).toBe(3);
    expect(newestMaximum("<Datapoints/>")).toBeUndefined();
  });

  it("is that of its slowest rule, and not known when one says nothing", async () => {
    const answers: Record<string, string> = {
      "OperationsPendingReplication one": points(["2026-11-22T23:14:00Z", 4]),
      "ReplicationLatency one": points(["2026-11-22T23:14:00Z", 20]),
      "OperationsPendingReplication two": points(["2026-11-22T23:14:00Z", 1]),
      "ReplicationLatency two": points(["2026-11-22T23:14:00Z", 45]),
    };
    const asked: Request["fields"][] = [];
    const { endpoint } = await fakeRegion("eu-central-1", {
      "monitoring GetMetricStatistics": ({ fields }) => {
        asked.push(fields);
        const key = `${String(fields["MetricName"])} ${String(fields["Dimensions.member.3.Value"])}`;
        return xml(
          `<GetMetricStatisticsResponse>${answers[key] ?? ""}</GetMetricStatisticsResponse>`,
        );
      },
    });
    const rule = (ruleId: string) => ({ source: "a", destination: "b", ruleId });
    const args = (...rules: string[]) => ({
      region: "eu-central-1",
      rules: rules.map(rule),
      endpoint,
      credentials: () => Promise.resolve({ accessKeyId: "a", secretAccessKey: "s" }),
    });
    expect(await replicationLag(args("one", "two"), now)).toEqual({ pending: 5, seconds: 45 });
    expect(await replicationLag(args("one", "silent"), now)).toBeUndefined();
    expect(await replicationLag(args(), now)).toBeUndefined();
    expect(asked).toHaveLength(8);
    for (const fields of asked) {
      expect(fields).toMatchObject({
        Namespace: "AWS/S3",
        StartTime: "2026-11-22T23:00:00.000Z",
      });
    }
  });
});
