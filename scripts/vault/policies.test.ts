import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bucketPolicy, revokedIn } from "./bucket-policy.ts";
import {
  belongsToEpoch,
  grantsOf,
  parseUserName,
  recoveryName,
  standingOf,
  writerName,
  writerRoles,
} from "./policies.ts";

const line = fc.constantFrom("main", "drill-x", "drill-2026-11-23", "drill-1b4c09fe", "d");
const epoch = fc.integer({ min: 1, max: 10_000 });
const role = fc.constantFrom(...writerRoles);

const owner = "1b4c09fe-0d0c-4ac3-9d8b-5a3b7a4e7d11";

describe("names of logins", () => {
  test("say role, epoch and line, and are read back", () => {
    fc.assert(
      fc.property(role, epoch, line, (r, e, l) => {
        const expected = { kind: "writer", role: r, epoch: e, line: l };
        for (const of of [{ line: l }, { line: l, owner }]) {
          expect(parseUserName(writerName(r, e, of))).toEqual({
            ...expected,
            ...("owner" in of ? { owner: "1b4c09fe" } : {}),
          });
          expect(belongsToEpoch(writerName(r, e, of), l, e)).toBe(true);
          expect(belongsToEpoch(writerName(r, e, of), l, e + 1)).toBe(false);
        }
      }),
    );
    for (const of of [{ line: "drill-x" }, { line: "drill-x", owner }]) {
      expect(parseUserName(recoveryName(of))).toEqual({ kind: "recovery", line: "drill-x" });
    }
    expect(recoveryName({ owner })).toBe("recovery-1b4c09fe");
  });

  test.each(["", "root", "archiver", "archiver-e0", "archiver-e01", "archiver-e", "Archiver-e1"])(
    "%j is no login of the vault",
    (name) => {
      expect(parseUserName(name)).toBeUndefined();
    },
  );
});

describe("the policy table", () => {
  test("a writer writes under its own line and epoch only", () => {
    fc.assert(
      fc.property(role, epoch, line, (r, e, l) => {
        for (const grant of grantsOf({ kind: "writer", role: r, epoch: e, line: l })) {
          if (grant.verb !== "write" && grant.verb !== "delete") continue;
          const own =
            grant.bucket === "control"
              ? `${l}/lease/${e}.json`
              : `${l === "main" ? "" : `${l}/`}e${e}/`;
          const announced =
            grant.bucket === "control" && grant.keys.startsWith(`${l}/announcements/${r}`);
          expect(announced || grant.keys.startsWith(own)).toBe(true);
        }
      }),
    );
  });

  test("no login writes ledgers but the backup job", () => {
    const writes = writerRoles.filter((r) =>
      grantsOf({ kind: "writer", role: r, epoch: 7, line: "main" }).some(
        ({ bucket, verb, keys }) =>
          bucket === "backups" && verb === "write" && "e7/ledgers/x.json".startsWith(keys),
      ),
    );
    expect(writes).toEqual(["backup"]);
  });

  test("no action on versions, locks or policies is granted to anybody", () => {
    const names = [
      ...writerRoles.map((r) => writerName(r, 7)),
      "recovery",
      "replicator-reader",
      "replicator-writer",
    ];
    for (const purpose of ["backups", "archive", "control"] as const) {
      const text = JSON.stringify(bucketPolicy(purpose, purpose, names, []));
      expect(text).not.toMatch(/DeleteObjectVersion|Bypass|PutObjectRetention|PutBucket|s3:\*/);
    }
  });
});

describe("who may write", () => {
  const user = parseUserName(writerName("wal", 2, { owner }));
  const rival = "2222222222-0d0c-4ac3-9d8b-5a3b7a4e7d11";
  test.each([
    ["a line that nobody holds", undefined, "may write"],
    ["its epoch is the holder's", { epoch: 2, owner }, "may write"],
    ["its epoch is yet to be taken", { epoch: 1, owner: rival }, "waits"],
    ["another stack took its epoch", { epoch: 2, owner: rival }, "revoked"],
    ["its epoch has passed", { epoch: 3, owner }, "revoked"],
  ])("%s", (_what, holder, standing) => {
    expect(user && standingOf(user, holder)).toBe(standing);
  });

  test("whoever waits reads at most", () => {
    const names = ["wal-e2", "backup-e2"];
    const actions = bucketPolicy("backups", "b", names, [], names)?.Statement.flatMap(
      ({ Action }) => Action,
    );
    expect(actions).toContain("s3:GetObject");
    expect(actions?.join()).not.toMatch(/Put|Delete|Abort/);
  });
});

describe("a bucket's policy", () => {
  test("of a revoked login has no grant, only the refusal, and can be read back", () => {
    const policy = bucketPolicy("archive", "arc", ["archiver-e1", "archiver-e2"], ["archiver-e1"]);
    const of = (name: string) =>
      policy?.Statement.filter(({ Principal }) => Principal.AWS.includes(name)) ?? [];
    expect(of("archiver-e1").map(({ Effect }) => Effect)).toEqual(["Deny"]);
    expect(of("archiver-e2").every(({ Effect }) => Effect === "Allow")).toBe(true);
    expect(revokedIn(policy)).toEqual(["archiver-e1"]);
  });

  test("is absent when nobody has anything to do there", () => {
    expect(bucketPolicy("control", "c", ["wal-e1", "somebody"], [])).toBeUndefined();
  });

  test("has Sids of letters and digits, each once", () => {
    const sids = bucketPolicy(
      "backups",
      "b",
      ["backup-e1", "wal-e1", "recovery"],
      [],
    )?.Statement.map(({ Sid }) => Sid);
    expect(new Set(sids).size).toBe(sids?.length);
    expect(sids?.every((sid) => /^[A-Za-z0-9]+$/.test(sid))).toBe(true);
  });
});
