import { describe, expect, it } from "vitest";
import { decideKeep, type KeepFacts } from "./keep-decision.ts";

const time = "2026-11-22T23:15:00.000Z";
const restarted: KeepFacts = {
  epoch: 3,
  state: "stopped",
  wanted: { time, stack: "prod", epoch: 3, wanted: "attached" },
  lock: undefined,
  mayConsume: true,
};
const decide = (part: Partial<KeepFacts>) => decideKeep({ ...restarted, ...part });

describe("ingest that does not run", () => {
  it("is started again after a restart of ClickHouse, also when half of it is there", () => {
    expect(decide({}).attach).toBe(true);
    expect(decide({ state: "foreign" }).attach).toBe(true);
    expect(decide({ state: "running" }).attach).toBe(false);
  });

  it("is left alone where it was detached on purpose", () => {
    const wanted = { time, stack: "prod", epoch: 3, wanted: "detached" as const };
    expect(decide({ wanted })).toEqual({
      attach: false,
      because: `ingest was detached on purpose at ${time}: \`attach\` starts it again`,
    });
  });

  it("is left alone before a recovery has attached it in its own epoch", () => {
    const of = (epoch: number) => ({ time, stack: "prod", epoch, wanted: "attached" as const });
    expect(decide({ wanted: of(2) })).toMatchObject({ attach: false });
    expect(decide({ wanted: of(2) }).because).toMatch(/in epoch 2, and not yet in epoch 3/);
    expect(decide({ wanted: of(4) }).attach).toBe(false);
    expect(decide({ wanted: undefined }).attach).toBe(false);
  });

  it.each(["backup", "move"] as const)(
    "is left alone while a %s has the rows, dead or alive",
    (what) => {
      const found = decide({ lock: { what, since: time } });
      expect(found.attach).toBe(false);
      expect(found.because).toContain(time);
    },
  );

  it("is started again after one who died while starting it", () => {
    expect(decide({ lock: { what: "attach", since: time } }).attach).toBe(true);
  });

  it("is left alone where the lease keeper took the login's right: nobody gives that back unasked", () => {
    expect(decide({ mayConsume: false }).attach).toBe(false);
    expect(decide({ mayConsume: false }).because).toContain("another one may take over");
  });
});
