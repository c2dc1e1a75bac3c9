import { describe, expect, it } from "vitest";
import { queryError } from "../../tests/harness/aws/answers.ts";
import { fakeRegion } from "../../tests/harness/aws/endpoint.ts";
import { xml } from "../../tests/harness/aws/xml.ts";
import { cleanUpAfterEach } from "../../tests/harness/process.ts";
import { FakeClock } from "../fence/fixture.ts";
import type { Facts } from "../status/judge.ts";
import { cloudWatch, metricForm } from "./cloudwatch.ts";
import { metrics } from "./names.ts";
import { publishMetrics, type Lags, type MetricSources } from "./publish.ts";
import { metricValues, type MetricValue } from "./values.ts";

const now = Date.parse("2026-11-22T23:15:00Z");
const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString();
const facts: Facts = {
  now,
  stack: "prod",
  owner: "o",
  epoch: 2,
  line: "main",
  replicates: true,
  fence: undefined,
  lease: {
    epoch: 2,
    owner: "o",
    stack: "prod",
    region: "eu-central-1",
    clusterId: "c",
    renewedAt: ago(4),
    ttlSeconds: 15,
    renewSeconds: 3,
    canaryLatencySeconds: 1,
    sequence: 7,
  },
  archiver: undefined,
  replicator: undefined,
  proof: {
    at: ago(600),
    stack: "prod",
    epoch: 2,
    ok: true,
    missing: 0,
    duplicated: 0,
    reasons: [],
  },
  backup: { id: "b", epoch: 2, createdAt: ago(3600), ok: true, problem: null },
};
const none = { archiveSeconds: undefined, copySeconds: undefined, databaseUntil: undefined };
const shown = (values: readonly MetricValue[]) =>
  Object.fromEntries(values.map(({ key, value }) => [key, value]));

describe("the values of a minute", () => {
  it("are one for each metric that the alarms know, by its name there", () => {
    const values = metricValues(facts, {
      archiveSeconds: 12,
      copySeconds: 31,
      databaseUntil: ago(300),
    });
    expect(shown(values)).toEqual({
      backupAge: 3600,
      ledgerVerified: 1,
      proofAge: 600,
      archiveLag: 12,
      copyLag: 31,
      leaseAge: 4,
      databaseAge: 300,
    });
    expect(Object.keys(shown(values)).sort()).toEqual(Object.keys(metrics).sort());
    expect(values.map(({ name }) => name)).toContain("BackupAgeSeconds");
  });

  it("leave out what is not known: an alarm is raised by silence, not by a guess", () => {
    const { lease, proof, backup, ...rest } = facts;
    expect([lease, proof, backup]).not.toContain(undefined);
    const blind = { ...rest, lease: undefined, proof: undefined, backup: undefined };
    expect(metricValues(blind, none)).toEqual([]);
    expect(metricValues(facts, { ...none, databaseUntil: "soon" })).toHaveLength(4);
  });

  it("take no proof and no backup for one that is not this epoch's, or not good", () => {
    const proof = facts.proof ?? expect.fail();
    const backup = facts.backup ?? expect.fail();
    const keys = (part: Partial<Facts>) =>
      Object.keys(shown(metricValues({ ...facts, ...part }, none)));
    expect(keys({ proof: { ...proof, ok: false } })).not.toContain("proofAge");
    expect(keys({ proof: { ...proof, epoch: 1 } })).not.toContain("proofAge");
    expect(keys({ backup: { ...backup, epoch: 1 } })).not.toContain("backupAge");
    const bad = metricValues({ ...facts, backup: { ...backup, ok: false } }, none);
    expect(shown(bad)).toMatchObject({ ledgerVerified: 0 });
  });

  it("are never negative: clocks differ", () => {
    const lease = { ...(facts.lease ?? expect.fail()), renewedAt: ago(-2) };
    expect(shown(metricValues({ ...facts, lease }, none))).toMatchObject({ leaseAge: 0 });
  });
});

describe("CloudWatch", () => {
  cleanUpAfterEach();

  const values = [
    { key: "leaseAge" as const, name: "LeaseAgeSeconds", value: 4.5 },
    { key: "ledgerVerified" as const, name: "LedgerVerified", value: 0 },
  ];

  it("gets every value with the dimensions that the alarms ask for", () => {
    const form = metricForm({ stack: "prod", line: "main" }, values, new Date(now));
    expect(form).toMatchObject({
      Namespace: "Recover",
      "MetricData.member.1.MetricName": "LeaseAgeSeconds",
      "MetricData.member.1.Value": "4.5",
      "MetricData.member.1.Unit": "Seconds",
      "MetricData.member.1.Timestamp": "2026-11-22T23:15:00.000Z",
      "MetricData.member.1.Dimensions.member.1.Name": "Stack",
      "MetricData.member.1.Dimensions.member.1.Value": "prod",
      "MetricData.member.2.Dimensions.member.2.Name": "Line",
      "MetricData.member.2.Dimensions.member.2.Value": "main",
      "MetricData.member.2.Unit": "None",
    });
  });

  it("is asked once for all, signed for its region, and its refusal is told", async () => {
    let answer = xml("<PutMetricDataResponse/>");
    const { endpoint, calls } = await fakeRegion("eu-west-1", { "monitoring *": () => answer });
    const sink = cloudWatch({
      region: "eu-west-1",
      stack: "prod",
      line: "main",
      endpoint,
      credentials: () => Promise.resolve({ accessKeyId: "AKIA", secretAccessKey: "hidden" }),
    });
    await sink(values, new Date(now));
    await sink([], new Date(now));
    expect(calls).toEqual([
      {
        region: "eu-west-1",
        signedFor: { region: "eu-west-1", service: "monitoring" },
        operation: "PutMetricData",
      },
    ]);
    answer = queryError("AccessDenied", "not you");
    await expect(sink(values, new Date(now))).rejects.toThrow(
      /CloudWatch at .* refuses PutMetricData \(403 AccessDenied/,
    );
  });
});

describe("the publisher", () => {
  it("goes on with what it knows when a source fails, and says so once", async () => {
    const clock = new FakeClock();
    const stop = new AbortController();
    const warned: string[] = [];
    const published: string[][] = [];
    const announced: Lags[] = [];
    const sources: MetricSources = {
      facts: () => Promise.resolve(facts),
      archive: () => Promise.reject(new Error("no broker")),
      databaseUntil: () => Promise.resolve(ago(60)),
      replication: () => Promise.resolve({ pending: 2, seconds: 31 }),
      announce: (lags) => {
        announced.push(lags);
        return Promise.resolve();
      },
    };
    const context = {
      signal: stop.signal,
      ready: () => undefined,
      progress: () => undefined,
      warn: (line: string) => warned.push(line),
    };
    const sink = (values: readonly MetricValue[]) => {
      published.push(values.map(({ key }) => key));
      if (published.length === 3) stop.abort();
      return published.length === 2 ? Promise.reject(new Error("throttled")) : Promise.resolve();
    };
    await publishMetrics(sources, sink, 60, clock, context);
    expect(published).toHaveLength(3);
    for (const keys of published) {
      expect(keys).toContain("databaseAge");
      expect(keys).not.toContain("archiveLag");
    }
    expect(warned).toEqual(["archive's lag: no broker", "CloudWatch: throttled"]);
    // What is known is said, what is not is left out.
    const lags = { archive: undefined, replication: { pending: 2, seconds: 31 } };
    expect(announced).toEqual([lags, lags, lags]);
  });

  it("says nothing at all about a vault that does not answer", async () => {
    const stop = new AbortController();
    let seen: readonly MetricValue[] = [];
    await publishMetrics(
      {
        facts: () => Promise.reject(new Error("silent")),
        archive: () => Promise.resolve({ events: 0, seconds: 0 }),
        databaseUntil: () => Promise.resolve(undefined),
        replication: () => Promise.resolve(undefined),
        announce: () => Promise.reject(new Error("silent")),
      },
      (values) => {
        seen = values;
        stop.abort();
        return Promise.resolve();
      },
      60,
      new FakeClock(),
      {
        signal: stop.signal,
        ready: () => undefined,
        progress: () => undefined,
        warn: () => undefined,
      },
    );
    expect(shown(seen)).toEqual({ archiveLag: 0 });
  });
});
