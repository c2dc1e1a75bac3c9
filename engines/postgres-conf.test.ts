import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { postgresConf, restoreWalScript, shellQuote } from "./postgres-conf.ts";

const conf = {
  port: 5432,
  hbaFile: "/h/conf/pg_hba.conf",
  archiveTimeoutSeconds: 5,
  archiveCommand: ["/b/barman-cloud-wal-archive", "it's", "main"],
};

describe("the configuration", () => {
  test("quotes for the shell and for PostgreSQL", () => {
    expect(postgresConf(conf)).toContain(
      `archive_command = '/b/barman-cloud-wal-archive ''it''\\\\''''s'' main "%p"'`,
    );
  });

  test.each([
    ["2026-11-23T00:31:34.835222Z", "2026-11-23 00:31:34.835222+00"],
    ["2026-11-23T01:31+01:00", "2026-11-23 01:31+01:00"],
  ])("says %s as PostgreSQL reads it", (time, expected) => {
    const text = postgresConf({ ...conf, restoreCommand: "/h/r", target: { time } });
    expect(text).toContain(`recovery_target_time = '${expected}'`);
  });

  test.each(["2026-11-23T00:31:34", "yesterday", "2026-11-23", "x' \nfsync = off"])(
    "refuses %j as a point in time",
    (time) => {
      expect(() => postgresConf({ ...conf, restoreCommand: "/h/r", target: { time } })).toThrow(
        /with its zone/,
      );
    },
  );

  test("a word of the shell stays one word", () => {
    for (const word of ["a b", "it's", "$(x)", "`x`", "a;b", "", "é", "a\\b"]) {
      expect(execFileSync("/bin/sh", ["-c", `printf %s ${shellQuote(word)}`]).toString()).toBe(
        word,
      );
    }
  });
});

describe("the restore command", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "recover-wal-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** A barman that answers by prefix; says which it was asked for. */
  function run(answers: Record<string, number>, spooled = false) {
    const cases = Object.entries(answers).map(([url, status]) => `${url}) exit ${status};;`);
    writeFileSync(
      join(folder, "barman-cloud-wal-restore"),
      `#!/bin/sh\nfor url; do case $url in s3:*) break;; esac; done\necho "$url" >> '${folder}/asked'\ncase $url in ${cases.join(" ")} esac\n`,
      { mode: 0o755 },
    );
    if (spooled) {
      mkdirSync(join(folder, "wal-spool"));
      writeFileSync(join(folder, "wal-spool", "seg"), "wal");
    }
    const script = restoreWalScript(
      folder,
      ["--endpoint-url", "http://s3"],
      Object.keys(answers),
      "m",
    );
    const target = join(folder, "target");
    const { status } = spawnSync("/bin/sh", ["-c", script, "sh", "seg", target], {
      env: { PATH: process.env["PATH"] ?? "", TMPDIR: folder },
    });
    const asked = existsSync(join(folder, "asked"))
      ? readFileSync(join(folder, "asked"), "utf8").trim().split("\n")
      : [];
    return { status, asked, fetched: existsSync(target) };
  }

  test.each([
    ["the first prefix has it", { "s3://b/e2": 0, "s3://b/e1": 0 }, 0, 1],
    ["only the second has it", { "s3://b/e2": 1, "s3://b/e1": 0 }, 0, 2],
    ["nobody has it: the replay ends", { "s3://b/e2": 1, "s3://b/e1": 1 }, 1, 2],
    ["the vault does not answer: the server stops", { "s3://b/e2": 2, "s3://b/e1": 0 }, 255, 1],
    ["refused login: the server stops", { "s3://b/e2": 1, "s3://b/e1": 4 }, 255, 2],
  ])("%s", (_what, answers, status, asked) => {
    const result = run(answers);
    expect(result.status).toBe(status);
    expect(result.asked).toEqual(Object.keys(answers).slice(0, asked));
  });

  test("takes what was fetched ahead without asking", () => {
    expect(run({ "s3://b/e1": 4 }, true)).toEqual({ status: 0, asked: [], fetched: true });
  });
});
