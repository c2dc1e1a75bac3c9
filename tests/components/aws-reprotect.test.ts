import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test, vi } from "vitest";
import type { Made } from "./aws-mocks.ts";
import { outputsOf, recordStack, settingsOf } from "./aws-stacks.ts";

const control = "acme-recover-7f3a-2-eu-central-1-control";
const former = "acme-recover-7f3a-eu-west-1-control";
const reprotect = () => settingsOf("dr", { mode: "reprotect" });

let before: readonly Made[] = [];
let preview: readonly Made[] = [];
let made: readonly Made[] = [];
const said: string[] = [];
beforeAll(async () => {
  before = await recordStack(settingsOf("dr"));
  const spies = (["warn", "error"] as const).map((level) =>
    vi.spyOn(pulumi.log, level).mockImplementation((message) => {
      said.push(message);
      return Promise.resolve();
    }),
  );
  preview = await recordStack(reprotect(), true);
  made = await recordStack(reprotect());
  for (const spy of spies) spy.mockRestore();
}, 120_000);

const kind = ({ type, name }: Made) => `${type} ${name}`;
const named = (name: string, all = made) => {
  const found = all.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};

describe("a standby that took over, reprotected", () => {
  test("warns of nothing, and previews what it makes", () => {
    expect(said).toEqual([]);
    expect(preview.map(kind).sort()).toEqual(made.map(kind).sort());
  });

  test("is all that the failover made, as it was, and more", () => {
    const after = new Set(made.map(kind));
    expect(before.map(kind).filter((each) => !after.has(each))).toEqual([]);
    for (const name of ["postgres-instance", "kafka-cluster", "clickhouse"]) {
      expect(named(name).inputs, name).toEqual(named(name, before).inputs);
    }
    // What restored does not restore again: its Jobs keep their names.
    const jobs = before.filter(({ type }) => type === "kubernetes:batch/v1:Job");
    const names = (all: readonly Made[], job: Made) =>
      (named(job.name, all).inputs["metadata"] as { name: string }).name;
    const anew = jobs.filter((job) => names(made, job) !== names(before, job));
    expect(anew.map(({ name }) => name).sort()).toEqual([
      // Where PostgreSQL's copy is, is part of how it is reached.
      "postgres-schema-job",
      "recovery-attach-job",
      "recovery-prove-job",
    ]);
  });

  test("copies what it writes into buckets of its own in the other region", () => {
    const buckets = made
      .filter(
        ({ type, name }) => type === "aws:s3/bucket:Bucket" && name.startsWith("vault-copy-st"),
      )
      .map(({ inputs, provider, protect }) => [inputs["bucket"], provider, protect]);
    expect(buckets.sort()).toEqual([
      ["acme-recover-7f3a-2-eu-central-1-archive", "aws-eu-central-1", true],
      ["acme-recover-7f3a-2-eu-central-1-backups", "aws-eu-central-1", true],
      [control, "aws-eu-central-1", true],
    ]);
    for (const purpose of ["backups", "archive"]) {
      const { inputs, provider } = named(`vault-copy-replication-${purpose}`);
      expect(inputs["bucket"]).toBe(`acme-recover-7f3a-eu-west-1-${purpose}`);
      expect(provider).toBe("aws-eu-west-1");
      expect(inputs["rules"]).toMatchObject([
        { destination: { replicationTime: { status: "Enabled" } } },
      ]);
    }
    const copied = named("postgres-replication");
    expect(copied.provider).toBe("aws-eu-central-1");
  });

  test("holds its line in the other region, where a failback asks", () => {
    const at = (bucket: string, type: RegExp) =>
      made
        .filter((each) => type.test(each.type) && JSON.stringify(each.inputs).includes(bucket))
        .map(({ name }) => name)
        .sort();
    // Where it came from, and how that went; and what is taken from there.
    expect(at(former, /./)).toEqual(["gate", "report", "reprotect-ask", "reprotect-control"]);
    expect(at(control, /:Secret$/)).toEqual(
      made
        .filter(({ name }) => name.endsWith("-input"))
        .map(({ name }) => name)
        .sort(),
    );
    expect(at(control, /:Step$/)).toContain("postgres-manifest");
  });

  test("makes a full backup behind the copy, and looks whether that alone is enough", () => {
    expect(named("reprotect-backup").dependsOn).toEqual(
      expect.arrayContaining([
        "reprotect-control",
        "vault-copy-replication-archive",
        "vault-copy-replication-backups",
        "recovery-prove",
        "archive",
      ]),
    );
    expect(named("reprotect-verify").dependsOn).toEqual(["reprotect-backup"]);
    expect(JSON.stringify(named("reprotect-verify").inputs["params"])).toContain(
      "acme-recover-7f3a-2-eu-central-1-backups",
    );
  });

  test("has an alarm that stood until then", () => {
    const alarm = (all: readonly Made[]) => named("alarms-recovery-copyLag", all);
    expect(alarm(before).inputs).toMatchObject({
      metricName: "CopyLagSeconds",
      treatMissingData: "breaching",
    });
    expect(alarm(before).provider).toBe("aws-eu-west-1");
    expect(alarm(made).provider).toBe("aws-eu-central-1");
    const rules = (all: readonly Made[]) =>
      JSON.stringify(named("protection-metrics-input", all).inputs).includes("archive-to-");
    expect([rules(before), rules(made)]).toEqual([false, true]);
  });

  test("tells its standby what that must know", async () => {
    const { standbyConfig, reprotection } = await outputsOf(reprotect());
    expect(standbyConfig).toMatchObject({
      settings: {
        primaryRegion: "eu-west-1",
        failoverEpoch: 3,
        vaultName: "acme-recover-7f3a-2",
        install: "acme",
      },
    });
    expect(reprotection).toBeDefined();
    const { standbyConfig: none } = await outputsOf(settingsOf("dr"));
    expect(none).toBeUndefined();
  });
});
