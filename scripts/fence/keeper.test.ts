import { describe, expect, test } from "vitest";
import { createFence } from "./epoch.ts";
import { FakeClock, MemoryControl, Notes } from "./fixture.ts";
import { keepLease, type KeeperActions } from "./keeper.ts";
import { readLease, writeLease } from "./lease.ts";

const me = {
  line: "main",
  epoch: 1,
  owner: "owner-east",
  stack: "local",
  region: "east",
  clusterId: "kafka-east",
};
const settings = { renewSeconds: 3, canarySeconds: 9, arrivalSeconds: 30, ttlSeconds: 15 };
const firstFence = {
  epoch: 1,
  owner: me.owner,
  stack: me.stack,
  role: "primary",
  region: "east",
  recoveryId: "first",
  kind: "first",
  reason: "first",
} as const;

const producedNow = { at: "2026-11-22T12:00:00.000Z", topicId: "t", next: [7, 0] };

async function world() {
  const store = new MemoryControl();
  await createFence(store, "main", firstFence);
  const clock = new FakeClock();
  const start = clock.trueNow();
  const stops: { after: number; why: string }[] = [];
  const canaries: number[] = [];
  const notes = new Notes();
  const broken = { canary: false, hanging: false, beat: false, stop: 0, letIn: false };
  const seconds = (): number => (clock.trueNow() - start) / 1000;
  const actions: KeeperActions = {
    async canary() {
      if (broken.hanging) await new Promise(() => undefined);
      if (broken.canary) throw new Error("no row in ClickHouse");
      canaries.push(seconds());
      return 0.8;
    },
    produced: () => producedNow,
    renewed: () => (broken.beat ? new Promise(() => undefined) : Promise.resolve()),
    async stopConsuming(why, late) {
      await Promise.resolve();
      if (late && broken.letIn) return false;
      if (broken.stop > 0) {
        broken.stop--;
        throw new Error("broker does not answer");
      }
      stops.push({ after: seconds(), why });
      return true;
    },
  };
  /** Runs the keeper for so long, with changes of the world at given seconds. */
  const run = async (duration: number, plan: Record<number, () => void> = {}): Promise<void> => {
    const stop = new AbortController();
    const begun = seconds();
    const due = Object.entries(plan).map(([at, change]) => ({ at: Number(at), change }));
    clock.onTick = () => {
      while (due[0] !== undefined && due[0].at <= seconds() - begun) due.shift()?.change();
      if (seconds() - begun >= duration) stop.abort();
    };
    await keepLease(store, me, settings, actions, clock, notes, stop.signal);
  };
  return { store, clock, stops, canaries, notes, broken, run, seconds };
}

describe("keepLease", () => {
  test("renews every renewSeconds, a canary only every canarySeconds", async () => {
    const { store, run, canaries, stops } = await world();
    await run(60);
    const lease = await readLease(store, "main", 1);
    expect(lease).toMatchObject({ epoch: 1, clusterId: "kafka-east", canaryLatencySeconds: 0.8 });
    expect(lease?.produced).toEqual(producedNow);
    expect(lease?.sequence).toBeGreaterThanOrEqual(18);
    expect(canaries.length).toBeGreaterThanOrEqual(5);
    expect(canaries.length).toBeLessThanOrEqual(8);
    expect(stops).toEqual([]);
  });

  test("counts on after a restart: a watcher must see every renewal as new", async () => {
    const { store, run } = await world();
    await run(10);
    const before = (await readLease(store, "main", 1))?.sequence ?? 0;
    await run(10);
    expect((await readLease(store, "main", 1))?.sequence).toBeGreaterThan(before);
  });

  test.each([
    // The last renewal is at about 9 s, T is 15 s; an event may be on its way for 30 s before that.
    ["the control bucket is cut off", "outage", 9 + 15, 10 + 15 + 3],
    ["canaries do not arrive", "canary", 30 + 15, 10 + 9 + 30 + 15 + 3],
    ["a canary hangs for ever", "hanging", 30 + 15, 10 + 9 + 30 + 15 + 3],
  ])("stops its own side in bounded time: %s", async (_what, fault, from, to) => {
    const { store, run, stops, broken } = await world();
    await run(90, {
      10: () => {
        if (fault === "outage") store.outage = new Error("no route");
        if (fault === "canary") broken.canary = true;
        if (fault === "hanging") broken.hanging = true;
      },
    });
    expect(stops).toHaveLength(1);
    expect(stops[0]?.why).toContain("could not be renewed for 15 s");
    expect(stops[0]?.after).toBeGreaterThanOrEqual(from);
    expect(stops[0]?.after).toBeLessThanOrEqual(to);
  });

  test("a pause for a backup or a restart of ClickHouse is no reason to stop", async () => {
    const { store, run, stops, broken } = await world();
    await run(90, {
      10: () => {
        broken.canary = true;
      },
      35: () => {
        broken.canary = false;
      },
    });
    expect(stops).toEqual([]);
    expect((await readLease(store, "main", 1))?.sequence).toBeGreaterThanOrEqual(27);
  });

  test("a PostgreSQL that hangs does not delay a renewal", async () => {
    const { store, run, broken } = await world();
    broken.beat = true;
    await run(60);
    expect((await readLease(store, "main", 1))?.sequence).toBeGreaterThanOrEqual(18);
  });

  test("a higher fence stops it within one renewal, and nothing is renewed after", async () => {
    const { store, run, stops } = await world();
    await run(12);
    await createFence(store, "main", {
      ...firstFence,
      epoch: 2,
      owner: "owner-west",
      recoveryId: "r2",
    });
    const before = await readLease(store, "main", 1);
    await run(60);
    expect(stops).toHaveLength(1);
    expect(stops[0]?.after).toBeLessThanOrEqual(12 + 1 + 3);
    expect(stops[0]?.why).toContain("epoch 2 is held by");
    expect(await readLease(store, "main", 1)).toEqual(before);
  });

  test("stopping is tried again until it works, once it worked it is not repeated", async () => {
    const { store, run, stops, broken, notes } = await world();
    await run(12);
    broken.stop = 2;
    await createFence(store, "main", {
      ...firstFence,
      epoch: 2,
      owner: "owner-west",
      recoveryId: "r2",
    });
    await run(60);
    expect(stops).toHaveLength(1);
    expect(notes.lines.filter((line) => line.includes("is tried again"))).toHaveLength(2);
  });

  test("a stop that is late undoes no later attach, unless a higher epoch has begun", async () => {
    const { store, run, stops, broken, notes } = await world();
    const inTime: string[] = [];
    await run(130, {
      // ClickHouse is down for longer than T: its tables cannot be closed, Kafka's permission can.
      10: () => {
        broken.canary = true;
        broken.stop = Infinity;
      },
      80: () => {
        inTime.push(...notes.lines);
        broken.stop = 0;
        broken.letIn = true;
      },
      // What `attach` fills and settles comes before the first new event.
      95: () => {
        broken.canary = false;
      },
      110: () => {
        expect(stops).toEqual([]);
        void createFence(store, "main", { ...firstFence, epoch: 2, owner: "owner-west" });
      },
    });
    expect(inTime.some((line) => line.includes("is tried again"))).toBe(true);
    expect(notes.lines.some((line) => line.includes("has let this side in since"))).toBe(true);
    expect(stops).toHaveLength(1);
    expect(stops[0]?.why).toContain("epoch 2 is held by");
  });

  test("an outage that ends: renewed again only with a canary, when the epoch is still its own", async () => {
    const { store, run, stops, broken } = await world();
    await run(70, {
      10: () => {
        store.outage = new Error("no route");
        broken.canary = true;
      },
      40: () => {
        store.outage = undefined;
      },
    });
    expect(stops).toHaveLength(1);
    const stopped = await readLease(store, "main", 1);
    broken.canary = false;
    await run(10);
    expect((await readLease(store, "main", 1))?.sequence).toBeGreaterThan(stopped?.sequence ?? 0);
  });

  test("before the first lease there is nothing to stop: the platform is still coming up", async () => {
    const { run, stops, broken, store } = await world();
    broken.canary = true;
    await run(60);
    expect(stops).toEqual([]);
    expect(await readLease(store, "main", 1)).toBeUndefined();
  });

  describe("restarted over its own lease", () => {
    /** A lease that an earlier keeper renewed so many seconds ago. */
    const leftBy = async (of: Awaited<ReturnType<typeof world>>, age: number): Promise<void> => {
      await writeLease(of.store, "main", {
        ...{ epoch: 1, owner: me.owner, stack: me.stack, region: me.region },
        ...{ clusterId: me.clusterId, canaryLatencySeconds: 1, sequence: 7 },
        renewedAt: new Date(of.clock.now() - age * 1000).toISOString(),
        ttlSeconds: settings.ttlSeconds,
        renewSeconds: settings.renewSeconds,
      });
    };

    test.each([
      ["the bucket is cut off right after", "outage"],
      ["the bucket hangs right after", "hanging bucket"],
      ["no canary arrives", "canary"],
    ])("of 14 s: T ends a second later when %s", async (_what, fault) => {
      const of = await world();
      await leftBy(of, 14);
      if (fault === "canary") of.broken.hanging = true;
      of.store.onRead = (key) => {
        if (!key.includes("lease")) return;
        if (fault === "outage") of.store.outage = new Error("no route");
        if (fault === "hanging bucket") of.store.names = () => new Promise(() => undefined);
      };
      await of.run(30);
      expect(of.stops).toHaveLength(1);
      expect(of.stops[0]?.after).toBeGreaterThan(0.8);
      expect(of.stops[0]?.after).toBeLessThan(1.3);
    });

    test("while consuming is paused: what the earlier keeper saw arrive still counts", async () => {
      const { run, stops, broken, store } = await world();
      await run(20);
      broken.hanging = true;
      await run(25);
      expect(stops).toEqual([]);
      expect((await readLease(store, "main", 1))?.sequence).toBeGreaterThanOrEqual(12);
      // And no longer than of a keeper that went on: 30 s for an event, the next one 9 s later, then T.
      await run(90);
      expect(stops).toHaveLength(1);
      expect(stops[0]?.after).toBeLessThanOrEqual(20 + 30 + 9 + 15 + 3);
    });

    test("by a clock that runs ahead of it: never counts from later than its own start", async () => {
      const of = await world();
      await leftBy(of, -100);
      of.broken.canary = true;
      await of.run(40);
      expect(of.stops).toHaveLength(1);
      expect(of.stops[0]?.after).toBeLessThanOrEqual(15 + 0.3);
    });

    test("that was over long ago (a reboot): goes on while it sees that nobody took over", async () => {
      const of = await world();
      await leftBy(of, 600);
      of.broken.canary = true;
      await of.run(60, {
        12: () => {
          of.broken.canary = false;
        },
      });
      expect(of.stops).toEqual([]);
      expect((await readLease(of.store, "main", 1))?.sequence).toBeGreaterThan(7 + 10);
    });

    test("that was over long ago: stops as soon as it cannot see the fence", async () => {
      const of = await world();
      await leftBy(of, 600);
      of.broken.canary = true;
      await of.run(60, {
        5: () => {
          of.store.outage = new Error("no route");
        },
      });
      expect(of.stops).toHaveLength(1);
      expect(of.stops[0]?.after).toBeLessThanOrEqual(5 + 3 + 0.3);
    });

    test("that was over long ago, and no event arrives: stops after one more T", async () => {
      const of = await world();
      await leftBy(of, 600);
      of.broken.canary = true;
      await of.run(60);
      expect(of.stops).toHaveLength(1);
      expect(of.stops[0]?.after).toBeLessThanOrEqual(15 + 0.3);
    });
  });

  test("a bucket that refuses first and then hangs delays the stop by nothing", async () => {
    const { store, run, stops } = await world();
    await run(60, {
      10: () => {
        store.outage = new Error("no route");
      },
      23.5: () => {
        store.outage = undefined;
        store.names = () => new Promise(() => undefined);
      },
    });
    expect(stops).toHaveLength(1);
    expect(stops[0]?.after).toBeLessThanOrEqual(10 + 15 + 0.3);
  });

  test("a control bucket that is out of reach at the start: the lease counts on after it", async () => {
    const { store, run, stops } = await world();
    await run(10);
    const before = (await readLease(store, "main", 1))?.sequence ?? 0;
    store.outage = new Error("no route");
    await run(60, {
      30: () => {
        store.outage = undefined;
      },
    });
    expect(stops).toHaveLength(1);
    expect((await readLease(store, "main", 1))?.sequence).toBeGreaterThan(before);
  });

  test("an unreadable control bucket at the start is no such proof", async () => {
    const { run, stops, store } = await world();
    store.outage = new Error("no route");
    await run(40);
    expect(stops).toHaveLength(1);
  });
});
