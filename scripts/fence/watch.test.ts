import { expect, test } from "vitest";
import type { Connection } from "../connection.ts";
import { createFence, currentFence, FencedError, heldByOther, type FenceRequest } from "./epoch.ts";
import { FakeClock, MemoryControl, Notes, stackOf } from "./fixture.ts";
import { holdEpoch, watchEpoch, type WatchParts } from "./watch.ts";

const me = stackOf({ stack: "local", role: "primary", region: "east", owner: "east", epoch: 1 });
const fenceOf = (owner: string, epoch: number): FenceRequest => ({
  epoch,
  owner,
  stack: owner,
  role: "standby",
  region: owner,
  recoveryId: `r${epoch}`,
  kind: "lease",
  reason: "test",
});

async function world() {
  const store = new MemoryControl();
  await createFence(store, "main", fenceOf("east", 1));
  const clock = new FakeClock();
  const notes = new Notes();
  const stop = new AbortController();
  const stops: string[] = [];
  const state = { failing: 0, opened: 0, closed: 0, stops };
  const parts: WatchParts = {
    clock,
    // The rule of `assertEpoch`, on a bucket in memory.
    ask: async (connection: Connection) => {
      const highest = await currentFence(store, "main");
      if (highest === undefined) throw new Error("no fence");
      if (highest.owner !== connection.owner) throw heldByOther(highest, connection, "memory");
      if (highest.epoch !== connection.epoch) throw new Error("has itself gone on");
    },
    open: () => {
      state.opened++;
      return {
        async stopConsuming(why) {
          await Promise.resolve();
          if (state.failing-- > 0) throw new Error("ClickHouse does not answer");
          stops.push(why);
          return true;
        },
        close() {
          state.closed++;
          return Promise.resolve();
        },
      };
    },
  };
  const context = {
    signal: stop.signal,
    progress: notes.progress.bind(notes),
    warn: notes.warn.bind(notes),
  };
  const watch = () => watchEpoch(me, context, 5, parts);
  return { store, clock, notes, stop, state, parts, context, watch };
}

test("a fence of another owner stops this side's consumer, then refuses", async () => {
  const { store, clock, state, watch } = await world();
  const begun = clock.trueNow();
  clock.onTick = (now) => {
    if (now - begun >= 12_000) void createFence(store, "main", fenceOf("west", 2));
  };
  await expect(watch()).rejects.toThrow(FencedError);
  expect(state.stops).toEqual([expect.stringContaining('epoch 2 of line "main" is held by')]);
  // The fence is seen at the next look; the test's own is written one pause late.
  expect(clock.trueNow() - begun).toBeLessThanOrEqual(12_000 + 5000 + 5000);
  expect(state).toMatchObject({ opened: 1, closed: 1 });
});

test("stopping is tried again until it works", async () => {
  const { store, state, notes, context, parts } = await world();
  await createFence(store, "main", fenceOf("west", 2));
  state.failing = 3;
  await expect(holdEpoch(me, context, parts)).rejects.toThrow(/is fenced/);
  expect(state.stops).toHaveLength(1);
  expect(notes.lines.filter((line) => line.includes("is tried again"))).toHaveLength(3);
  expect(state.closed).toBe(1);
});

test("the own next epoch refuses and stops nothing: its engines may have the same address", async () => {
  const { store, state, watch } = await world();
  await createFence(store, "main", fenceOf("east", 2));
  await expect(watch()).rejects.toThrow(/has itself gone on/);
  expect(state.opened).toBe(0);
});

test("a fence that cannot be read is asked again, and stops nothing", async () => {
  const { store, clock, stop, state, watch } = await world();
  const begun = clock.trueNow();
  store.outage = Object.assign(new Error("no route"), { code: "EHOSTUNREACH" });
  clock.onTick = (now) => {
    if (now - begun >= 60_000) stop.abort();
  };
  await watch();
  expect(state.opened).toBe(0);
});

test("without both engines in the connection it only refuses", async () => {
  const { store, context, parts } = await world();
  await createFence(store, "main", fenceOf("west", 2));
  await expect(holdEpoch(me, context, { ...parts, open: () => undefined })).rejects.toThrow(
    /is fenced/,
  );
});
