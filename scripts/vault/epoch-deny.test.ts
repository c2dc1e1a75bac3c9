import { describe, expect, it } from "vitest";
import {
  deniedBelow,
  denyEarlierEpochs,
  denyEpochs,
  withDeniedEpochs,
  type BucketPolicyStore,
} from "./epoch-deny.ts";

const arn = "arn:aws:s3:::control";
const tls = { Sid: "PlainHttp", Effect: "Deny", Principal: "*", Action: "s3:*", Resource: arn };
const before = JSON.stringify({ Version: "2012-10-17", Statement: [tls] });

/** What IAM decides by the conditions that are used here; a missing tag is compared by none. */
function denies(
  { Condition }: ReturnType<typeof denyEpochs>,
  tags: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => {
      const has = tags[key.replace("aws:PrincipalTag/", "")];
      if (has === undefined) return operator.endsWith("IfExists");
      return operator === "NumericLessThan" ? Number(has) < Number(wanted) : has === wanted;
    }),
  );
}
const role = (epoch?: number, line?: string) => ({
  ...(epoch === undefined ? {} : { "recover:epoch": String(epoch) }),
  ...(line === undefined ? {} : { "recover:line": line }),
});

describe("a bucket after a fence", () => {
  const main = denyEpochs(arn, "main", 10);

  it("refuses every earlier epoch, by number, and not the one in force", () => {
    expect([1, 9].map((epoch) => denies(main, role(epoch)))).toEqual([true, true]);
    expect([10, 11].map((epoch) => denies(main, role(epoch)))).toEqual([false, false]);
    expect(denies(main, role(9, "main"))).toBe(true);
  });

  it("leaves those alone who are bound to no epoch: recovery, replication, people", () => {
    expect(denies(main, {})).toBe(false);
    expect(denies(denyEpochs(arn, "drill-a", 2), {})).toBe(false);
  });

  it("knows lines apart: a drill and production never refuse each other", () => {
    expect(denies(main, role(1, "drill-a"))).toBe(false);
    expect(denies(denyEpochs(arn, "drill-a", 2), role(1))).toBe(false);
    expect(denies(denyEpochs(arn, "drill-a", 2), role(1, "drill-a"))).toBe(true);
    const sids = ["main", "drill-a", "drilla", "drillx2da"].map((l) => denyEpochs(arn, l, 2).Sid);
    expect(new Set(sids).size).toBe(4);
    for (const sid of sids) expect(sid).toMatch(/^[A-Za-z0-9]+$/);
  });

  it("covers the bucket and everything in it", () => {
    expect(main).toMatchObject({ Action: "s3:*", Resource: [arn, `${arn}/*`], Principal: "*" });
  });
});

describe("its policy", () => {
  it("keeps every other statement", () => {
    const after = JSON.parse(withDeniedEpochs(before, arn, "main", 2) ?? "{}") as {
      Statement: object[];
    };
    expect(after.Statement).toEqual([tls, denyEpochs(arn, "main", 2)]);
    const drill = withDeniedEpochs(JSON.stringify(after), arn, "drill-a", 3) ?? "";
    expect(deniedBelow(drill, "main")).toBe(2);
    expect(deniedBelow(drill, "drill-a")).toBe(3);
  });

  it("only ever refuses more", () => {
    const at = (below: number) => withDeniedEpochs(before, arn, "main", below) ?? "";
    expect(withDeniedEpochs(at(9), arn, "main", 9)).toBeUndefined();
    expect(withDeniedEpochs(at(10), arn, "main", 9)).toBeUndefined();
    expect(deniedBelow(withDeniedEpochs(at(9), arn, "main", 10), "main")).toBe(10);
  });

  it("is read as S3 may give it back: one statement without a list, a value in one", () => {
    const one = { ...denyEpochs(arn, "main", 4) };
    const key = "aws:PrincipalTag/recover:epoch";
    const listed = { ...one, Condition: { NumericLessThan: { [key]: ["4"] } } };
    expect(deniedBelow(JSON.stringify({ Statement: one }), "main")).toBe(4);
    expect(deniedBelow(JSON.stringify({ Statement: [listed] }), "main")).toBe(4);
    expect(deniedBelow(undefined, "main")).toBe(0);
    expect(deniedBelow(before, "main")).toBe(0);
  });
});

describe("the fence", () => {
  class Buckets implements BucketPolicyStore {
    readonly policies = new Map([
      ["control", before],
      ["backups", before],
    ]);
    writes = 0;
    /** Somebody else writes the policy as it was, so often. */
    undo = 0;
    read(bucket: string) {
      return Promise.resolve(this.policies.get(bucket));
    }
    write(bucket: string, policy: string) {
      this.writes += 1;
      this.policies.set(bucket, this.undo-- > 0 ? before : policy);
      return Promise.resolve();
    }
  }
  const take = (store: Buckets, below = 2) =>
    denyEarlierEpochs(store, ["control", "backups"], { line: "main", below });

  it("refuses in every bucket that it reaches, once", async () => {
    const store = new Buckets();
    expect(await take(store)).toBe(true);
    expect([...store.policies.values()].map((each) => deniedBelow(each, "main"))).toEqual([2, 2]);
    expect(await take(store)).toBe(false);
    expect(store.writes).toBe(2);
  });

  it("does not take a write for done that somebody undid", async () => {
    const store = new Buckets();
    store.undo = 3;
    expect(await take(store)).toBe(true);
    expect(deniedBelow(store.policies.get("control"), "main")).toBe(2);
    store.undo = Infinity;
    await expect(take(store, 3)).rejects.toThrow(/still lets epochs below 3/);
  });

  it("names the bucket as its partition does", async () => {
    const store = new Buckets();
    await denyEarlierEpochs(store, ["control"], { line: "main", below: 2, partition: "aws-cn" });
    expect(store.policies.get("control")).toContain("arn:aws-cn:s3:::control/*");
  });
});
