import { describe, expect, test } from "vitest";
import { createFence } from "./epoch.ts";
import { FakeClock, MemoryControl, stackOf } from "./fixture.ts";
import { gate } from "./gate.ts";
import { judgeLease, writeLease } from "./lease.ts";
import type { LeaseRecord } from "./records.ts";

const T = 15;
const margin = 5;

function lease(renewedAt: number, sequence = 1, epoch = 1): LeaseRecord {
  return {
    epoch,
    owner: "owner-east",
    stack: "local",
    region: "east",
    clusterId: "kafka-east",
    renewedAt: new Date(renewedAt).toISOString(),
    ttlSeconds: T,
    renewSeconds: 3,
    canaryLatencySeconds: 0.5,
    sequence,
  };
}

describe("judgeLease", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");
  const cases: [string, number, number, boolean, string][] = [
    // what, age by the clock, watched seconds, renewed meanwhile, verdict
    ["fresh, just looked at", 1, 0, false, "wait"],
    ["fresh, seen renewed", 1, 3, true, "alive"],
    ["old by a clock that runs ahead, seen renewed", 4000, 3, true, "alive"],
    ["old, just looked at", 4000, 0, false, "wait"],
    ["old, seen still over two renewals", 4000, 7, false, "expired"],
    ["T is over, the margin is not", T + margin - 1, 10, false, "wait"],
    ["T and margin are over", T + margin + 1, 10, false, "expired"],
    ["from the future, seen still for less than T + margin", -300, T + margin - 1, false, "wait"],
    ["from the future, seen still for T + margin", -300, T + margin + 1, false, "expired"],
  ];
  test.each(cases)("%s", (_what, age, watchedSeconds, renewed, verdict) => {
    const first = lease(now - age * 1000);
    const last = renewed ? { ...first, sequence: 2 } : first;
    expect(judgeLease({ first, last, watchedSeconds, now, marginSeconds: margin }).verdict).toBe(
      verdict,
    );
  });
});

/** Epoch 1 is held by the primary; `renews` says whether its keeper goes on. */
async function world(options: { age?: number; renews: boolean; skewSeconds?: number }) {
  const store = new MemoryControl();
  const clock = new FakeClock({ skewSeconds: options.skewSeconds ?? 0 });
  await createFence(store, "main", {
    epoch: 1,
    owner: "owner-east",
    stack: "local",
    role: "primary",
    region: "east",
    recoveryId: "first-owner-east",
    kind: "first",
    reason: "first",
  });
  if (options.age !== undefined) {
    await writeLease(store, "main", lease(clock.trueNow() - options.age * 1000));
  }
  let sequence = 1;
  let next = clock.trueNow() + 2500;
  if (options.renews) {
    clock.onTick = (now) => {
      if (now < next) return;
      next += 3000;
      void writeLease(store, "main", lease(now, ++sequence));
    };
  }
  return { store, clock };
}

describe("gate", () => {
  const me = stackOf();
  const ask = { recoveryId: "r1", marginSeconds: margin };

  test.each([
    ["fresh and renewed", { age: 1, renews: true }],
    ["renewed, the standby's clock an hour ahead", { age: 1, renews: true, skewSeconds: 3600 }],
    ["renewed, the standby's clock an hour behind", { age: 1, renews: true, skewSeconds: -3600 }],
  ])("refuses: %s", async (_what, how) => {
    const { store, clock } = await world(how);
    const before = store.objects.size;
    await expect(gate(store, me, clock, ask)).rejects.toThrow(
      /the primary is alive: stack "local" in east .*recover:mode drill.*recover:takeoverReason/s,
    );
    expect(store.objects.size).toBe(before);
  });

  test.each([
    ["old", { age: 60, renews: false }, 8],
    ["just died", { age: 1, renews: false }, T + margin + 2],
    [
      "died, the standby's clock an hour behind",
      { age: 60, renews: false, skewSeconds: -3600 },
      T + margin + 2,
    ],
  ])("passes: %s, in bounded time", async (_what, how, withinSeconds) => {
    const { store, clock } = await world(how);
    const start = clock.monotonic();
    expect(await gate(store, me, clock, ask)).toMatchObject({
      nextEpoch: 2,
      takeover: false,
      previous: { epoch: 1, owner: "owner-east", clusterId: "kafka-east" },
    });
    expect((clock.monotonic() - start) / 1000).toBeLessThanOrEqual(withinSeconds);
  });

  test("passes and says so: no lease at all, no fence at all", async () => {
    const { store, clock } = await world({ renews: false });
    expect((await gate(store, me, clock, ask)).note).toContain("no lease at all");
    const empty = await gate(new MemoryControl(), me, clock, ask);
    expect(empty).toMatchObject({ nextEpoch: 1 });
    expect(empty.previous).toBeUndefined();
  });

  test("a takeover passes beside a living primary; an empty reason is none", async () => {
    const { store, clock } = await world({ age: 1, renews: true });
    await expect(gate(store, me, clock, { ...ask, takeoverReason: "  " })).rejects.toThrow(/alive/);
    expect(await gate(store, me, clock, { ...ask, takeoverReason: "moving" })).toMatchObject({
      nextEpoch: 2,
      takeover: true,
    });
  });

  test("a guard in a preview writes nothing", async () => {
    const { store, clock } = await world({ age: 60, renews: false });
    const before = store.objects.size;
    await gate(store, me, clock, { ...ask, observe: true });
    expect(store.objects.size).toBe(before);
  });

  test("the same recovery gets its epoch again, before and after it took it; a loser is told", async () => {
    const { store, clock } = await world({ age: 60, renews: false });
    await gate(store, me, clock, ask);
    await gate(store, { ...me, owner: "rival" }, clock, { ...ask, recoveryId: "r2" });
    const fence = {
      epoch: 2,
      owner: me.owner,
      stack: me.stack,
      role: me.role,
      region: me.region,
      recoveryId: "r1",
      kind: "lease",
      reason: "test",
    } as const;
    await createFence(store, "main", fence);
    expect(await gate(store, me, clock, ask)).toMatchObject({ nextEpoch: 2 });
    await expect(
      gate(store, { ...me, owner: "rival" }, clock, { ...ask, recoveryId: "r2" }),
    ).rejects.toThrow(/was to take epoch 2 .* stack "local-dr".* holds epoch 2/);
    // A rival that comes later must not count the missing lease of a recovery at work as death.
    await expect(
      gate(store, { ...me, owner: "rival" }, clock, { ...ask, recoveryId: "r3" }),
    ).rejects.toThrow(/has not given a sign of life yet/);
  });

  test("a stack that holds production does not rehearse: a drill has other folders", async () => {
    const { store, clock } = await world({ age: 60, renews: false });
    const drill = { ...me, line: "drill-12345678" };
    expect(await gate(store, drill, clock, ask)).toMatchObject({ nextEpoch: 1 });
    await expect(gate(store, { ...drill, owner: "owner-east" }, clock, ask)).rejects.toThrow(
      /holds epoch 1 of line "main".*its engines are production/s,
    );
  });
});
