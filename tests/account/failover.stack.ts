import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { cleanUpAfterFile, tempHome } from "../harness/process.ts";
import { prepare, runInside } from "./enter.ts";
import type { Seen } from "./failover.ts";

cleanUpAfterFile();

const script = fileURLToPath(new URL("failover.ts", import.meta.url));

/**
 * Both stacks of AWS with real engines behind the names of AWS: what their Jobs, daemons and CronJobs run is taken from
 * the resources that Pulumi makes, and run so (tests/account/README.md says by what, and what that does not prove).
 */
describe("prod on AWS loses its region while events flow, dr takes over, and a new prod after it", () => {
  let seen: Seen;
  beforeAll(async () => {
    const folder = await tempHome("recover-account");
    await prepare(folder);
    const { exitCode, text } = await runInside(folder, [process.execPath, script, folder]);
    expect(exitCode, text).toBe(0);
    seen = JSON.parse(await readFile(join(folder, "seen.json"), "utf8")) as Seen;
    // Four times all engines, one after another.
  }, 2_400_000);

  test("ClickHouse alone is lost before: it comes back beside the Kafka that lives on, by the broker's fence", () => {
    expect(seen.inPlace.refusal).toMatch(/cannot be deleted\s+because it is protected/);
    expect(seen.inPlace.rows).toEqual({ missing: 0, copies: 0 });
    expect(seen.inPlace.recovery).toMatchObject({
      fence: { kind: "broker", epoch: 2, oldPrincipalRefused: true },
      proof: { ok: true, missing: 0, duplicated: 0 },
    });
  });

  test("every acknowledged event is there, none of them twice", () => {
    expect(seen.acknowledged).toBe(6500);
    expect(seen.rows).toEqual({ missing: 0, copies: 0 });
  });

  test("the recovery proves it, and says where the rows came from", () => {
    expect(seen.recovery).toMatchObject({
      fence: { kind: "lease", epoch: 3 },
      proof: { ok: true, missing: 0, duplicated: 0, quarantined: 0, deadLettered: 0 },
    });
    const { backup, archive } = seen.recovery["rowsFrom"] as { backup: number; archive: number };
    // The keeper's canaries are events too.
    expect(backup).toBeGreaterThanOrEqual(5000);
    expect(archive).toBeGreaterThanOrEqual(1000);
  });

  test("its steps ran as Jobs, nothing that consumes before the fence, fill and cursors", () => {
    const of = (stack: string) =>
      seen.jobs.filter((job) => job.stack === stack).map(({ command }) => command);
    const order = ["restore", "verify-restore", "fence", "replay", "cursors", "attach", "prove"];
    expect(of("prod").at(-1)).toBe("backup");
    expect(of("prod").filter((command) => order.includes(command))).toEqual(["attach", ...order]);
    expect(of("dr").filter((command) => order.includes(command))).toEqual(order);
  });

  test("nobody asked the lost region, and it would have been seen", () => {
    expect(seen.askedWhenLost.byUs).toBe(0);
    expect(seen.askedWhenLost.onPurpose).toBeGreaterThan(0);
  });

  test("metrics are published where the alarms are", () => {
    expect(seen.services).toContain("monitoring.eu-west-1.amazonaws.com PutMetricData");
  });

  test("no secret that a pod is handed is in a log or in the vault", () => {
    expect(seen.secrets.known).toBeGreaterThan(10);
    expect(seen.secrets.shown).toEqual([]);
  });

  test("nothing is left to do, and prod's stack is refused by name", () => {
    expect(seen.again.exitCode, seen.again.text).toBe(0);
    expect(seen.refused).toMatch(/stack "prod" .* is fenced: epoch 3 .* held by stack "dr"/);
  });

  describe("the region answers again: dr is protected by it, and a new prod takes over by plan", () => {
    test("reprotect ends when the copy alone would be enough", () => {
      expect(seen.back.reprotection).toMatchObject({ ok: true, uncovered: [] });
      expect(seen.back.reprotection["ledger"]).toMatch(/-full-/);
    });

    test("without a reason it is refused: dr is alive", () => {
      expect(seen.back.unreasoned).toMatch(/the primary is alive: stack "dr" in eu-west-1/);
    });

    test("what was acknowledged the moment before is there too, and nothing was left behind", () => {
      expect(seen.back.acknowledged).toBe(8500);
      expect(seen.back.rows).toEqual({ missing: 0, copies: 0 });
      expect(seen.back.recovery).toMatchObject({
        fence: { kind: "lease", epoch: 4 },
        proof: { ok: true, missing: 0, duplicated: 0, quarantined: 0, deadLettered: 0 },
        rpo: { events: 0, seconds: 0 },
      });
    });

    test("the backup that came back is one of dr's, of the bucket beside the new prod", () => {
      const { backup, archive } = seen.back.recovery["rowsFrom"] as Record<string, number>;
      expect(backup).toBeGreaterThanOrEqual(7500);
      expect(archive).toBeGreaterThanOrEqual(500);
      const order = ["restore", "verify-restore", "fence", "replay", "cursors", "attach", "prove"];
      expect(seen.back.jobs.filter((command) => order.includes(command))).toEqual(order);
    });

    test("dr consumes no more, though its brokers live: its own login may not join its group", () => {
      const { before, after, streaming, elsewhere } = seen.back.formerConsumer;
      expect(before.refused, before.error).toBe(false);
      expect(after).toEqual({ refused: true, error: "GROUP_AUTHORIZATION_FAILED" });
      expect(streaming).toBe(0);
      expect(elsewhere).toMatch(/Kafka does not know this password/);
    });

    test("dr's stack is refused by name, and nothing is left to do for the new prod", () => {
      expect(seen.back.refused).toMatch(/epoch 4 of line "main" is held by stack "prod"/);
      expect(seen.back.again.exitCode, seen.back.again.text).toBe(0);
    });

    test("an audit is green, and red when a row is gone", () => {
      expect(seen.back.audit.green).toBe(0);
      expect(seen.back.audit.red).toMatch(/\(prove\) ended with 1/);
    });
  });
});
