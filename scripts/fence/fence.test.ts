import { describe, expect, test } from "vitest";
import type { ConsumerLogin } from "../connection.ts";
import type { BrokerActions } from "./broker.ts";
import { createFence, currentFence } from "./epoch.ts";
import { fence, type FenceActions, type FenceOptions } from "./fence.ts";
import { FakeClock, MemoryControl, Notes, stackOf } from "./fixture.ts";
import { gate } from "./gate.ts";
import type { LackingPartition } from "./handover.ts";
import { writeLease } from "./lease.ts";

const login: ConsumerLogin = { epoch: 1, name: "clickhouse-e1", certificate: "c", privateKey: "k" };
const kafka = {
  bootstrap: "127.0.0.1:1",
  tlsBootstrap: "127.0.0.1:2",
  ca: "ca",
  clusterId: "kafka-east",
  topic: "events",
  partitions: 6,
  replicationFactor: 1,
  group: "clickhouse",
  formerConsumers: [login],
};
const options: FenceOptions = { recoveryId: "r1", kind: "auto", reason: "test", marginSeconds: 5 };

/** A broker that does what it is told, and what a test breaks. */
class Broker implements BrokerActions {
  readonly calls: string[] = [];
  up = true;
  group = new Set(["clickhouse-e1"]);
  allowed = new Set(["clickhouse-e1"]);
  deaf = false;
  dieAt: string | undefined;

  answers(): Promise<boolean> {
    return Promise.resolve(this.up);
  }
  revokeGroup(who: ConsumerLogin): Promise<void> {
    this.#did(`revokeGroup ${who.name}`);
    this.group.delete(who.name);
    return Promise.resolve();
  }
  groupIsEmpty(): Promise<boolean> {
    return Promise.resolve(this.group.size === 0);
  }
  revokeAll(who: ConsumerLogin): Promise<void> {
    this.#did(`revokeAll ${who.name}`);
    if (!this.deaf) this.allowed.delete(who.name);
    return Promise.resolve();
  }
  attack(who: ConsumerLogin, how: string): Promise<{ refused: boolean; error: string }> {
    this.#did(`attack ${who.name} ${how}`);
    const refused = !this.allowed.has(who.name);
    return Promise.resolve({ refused, error: refused ? "Group authorization failed" : "3 rows" });
  }
  #did(call: string): void {
    if (call === this.dieAt) throw new Error(`killed at ${call}`);
    this.calls.push(call);
  }
}

async function world(leaseAge?: number) {
  const store = new MemoryControl();
  const clock = new FakeClock();
  const broker = new Broker();
  const revoked: number[] = [];
  const missing: LackingPartition[] = [];
  const actions: FenceActions = {
    broker,
    lacking: () => Promise.resolve(missing),
    revokeVaultWriters: (epoch) => {
      revoked.push(epoch);
      return Promise.resolve(true);
    },
  };
  await createFence(store, "main", {
    epoch: 1,
    owner: "owner-east",
    stack: "local",
    role: "primary",
    region: "east",
    recoveryId: "first",
    kind: "first",
    reason: "first",
  });
  const renew = (at: number, sequence: number): Promise<void> =>
    writeLease(store, "main", {
      epoch: 1,
      owner: "owner-east",
      stack: "local",
      region: "east",
      clusterId: "kafka-east",
      renewedAt: new Date(at).toISOString(),
      ttlSeconds: 15,
      renewSeconds: 3,
      canaryLatencySeconds: 1,
      produced: { at: new Date(at).toISOString(), topicId: "t", next: [7] },
      sequence,
    });
  if (leaseAge !== undefined) await renew(clock.trueNow() - leaseAge * 1000, 1);
  return { store, clock, broker, actions, missing, revoked, renew, notes: new Notes() };
}

describe("fence by the broker", () => {
  const me = stackOf({ owner: "owner-east", stack: "local", kafka });

  test("record first, then group, then the rest, then the attacks, then the vault", async () => {
    const { store, clock, broker, actions, revoked, notes } = await world(1);
    const result = await fence(store, me, options, actions, clock, notes);
    expect(result).toMatchObject({ epoch: 2, kind: "broker", oldPrincipalRefused: true });
    expect(result.error).toContain("Group authorization failed");
    expect(broker.calls).toEqual([
      "revokeGroup clickhouse-e1",
      "revokeAll clickhouse-e1",
      "attack clickhouse-e1 group",
      "attack clickhouse-e1 assign",
    ]);
    expect(revoked).toEqual([1]);
    expect((await currentFence(store, "main"))?.kind).toBe("broker");
    expect(notes.lines.some((line) => line.includes("point of no return"))).toBe(true);
    // Again: what is done is not done twice.
    broker.calls.length = 0;
    expect(await fence(store, me, options, actions, clock, notes)).toEqual(result);
    expect(broker.calls).toEqual([]);
  });

  test.each([
    "revokeGroup clickhouse-e1",
    "revokeAll clickhouse-e1",
    "attack clickhouse-e1 assign",
  ])("killed at %s: the next run of the same recovery finishes", async (dieAt) => {
    const { store, clock, broker, actions, notes } = await world(1);
    broker.dieAt = dieAt;
    await expect(fence(store, me, options, actions, clock, notes)).rejects.toThrow("killed at");
    broker.dieAt = undefined;
    const result = await fence(store, me, options, actions, clock, notes);
    expect(result).toMatchObject({ epoch: 2, kind: "broker", oldPrincipalRefused: true });
  });

  test("an attack that succeeds is red, and no vault login, no permission changes after it", async () => {
    const { store, clock, broker, actions, revoked, notes } = await world(1);
    broker.deaf = true;
    await expect(fence(store, me, options, actions, clock, notes)).rejects.toThrow(
      /old login clickhouse-e1 can still consume by group \(3 rows\)/,
    );
    expect(revoked).toEqual([]);
    expect(store.objects.has("main/steps/r1/fence.json")).toBe(false);
  });

  test("a group that keeps a member is red", async () => {
    const { store, clock, broker, actions, notes } = await world(1);
    broker.group.add("somebody-else");
    await expect(fence(store, me, options, actions, clock, notes)).rejects.toThrow(
      /still has members/,
    );
  });

  test("without the former login there is nothing to prove: refused", async () => {
    const { store, clock, actions, notes } = await world(1);
    const without = stackOf({ ...me, kafka: { ...kafka, formerConsumers: [] } });
    const byBroker = { ...options, kind: "broker" } as const;
    await expect(fence(store, without, byBroker, actions, clock, notes)).rejects.toThrow(
      /cannot be fenced by the broker/,
    );
  });

  test("the loser of a race has revoked nothing", async () => {
    const { store, clock, broker, actions, revoked, notes } = await world(60);
    const rival = stackOf({ owner: "rival", stack: "rival", kafka });
    await fence(store, me, options, actions, clock, notes);
    broker.calls.length = 0;
    revoked.length = 0;
    await expect(
      fence(
        store,
        rival,
        { ...options, recoveryId: "r2", takeoverReason: "x" },
        actions,
        clock,
        notes,
      ),
    ).rejects.toThrow(/"r2" of stack "rival" .* did not get epoch 2/);
    expect(broker.calls).toEqual([]);
    expect(revoked).toEqual([]);
  });
});

describe("fence by the lease", () => {
  const me = stackOf();

  test("region gone, lease long over: taken at once", async () => {
    const { store, clock, broker, actions, notes } = await world(300);
    broker.up = false;
    const start = clock.monotonic();
    expect(await fence(store, me, options, actions, clock, notes)).toMatchObject({
      epoch: 2,
      kind: "lease",
      oldPrincipalRefused: "not-applicable",
      error: null,
      revokedVaultEpochs: [1],
    });
    expect((clock.monotonic() - start) / 1000).toBeLessThan(20);
  });

  test("a lease that this recovery's gate saw end, not renewed since, is not watched again", async () => {
    const { store, clock, broker, actions, notes } = await world(10);
    broker.up = false;
    await gate(store, me, clock, options);
    const start = clock.monotonic();
    const result = await fence(store, me, options, actions, clock, notes);
    expect(result).toMatchObject({ epoch: 2, kind: "lease", revokedVaultEpochs: [1] });
    expect(result.leaseAgeSeconds).toBeGreaterThan(20);
    expect(clock.monotonic()).toBe(start);
  });

  test("a renewal after the gate, or another recovery's gate: it is watched again", async () => {
    for (const renewed of [true, false]) {
      const { store, clock, broker, actions, notes, renew } = await world(10);
      broker.up = false;
      await gate(store, me, clock, renewed ? options : { ...options, recoveryId: "another" });
      if (renewed) await renew(clock.trueNow(), 2);
      const start = clock.monotonic();
      expect((await fence(store, me, options, actions, clock, notes)).kind).toBe("lease");
      expect((clock.monotonic() - start) / 1000).toBeGreaterThan(renewed ? 20 : 5);
    }
  });

  test("a cluster where nobody of an earlier epoch has a login is a new one", async () => {
    const { store, clock, actions, notes } = await world(300);
    const west = stackOf({ kafka: { ...kafka, formerConsumers: [] } });
    expect((await fence(store, west, options, actions, clock, notes)).kind).toBe("lease");
  });

  test("another cluster id is never fenced by this broker", async () => {
    const { store, clock, actions, notes } = await world(300);
    const west = stackOf({ kafka: { ...kafka, clusterId: "kafka-west" } });
    const result = await fence(
      store,
      west,
      { ...options, previousClusterId: "kafka-east" },
      actions,
      clock,
      notes,
    );
    expect(result.kind).toBe("lease");
    await expect(
      fence(
        store,
        west,
        { ...options, recoveryId: "r9", kind: "broker", previousClusterId: "x" },
        actions,
        clock,
        notes,
      ),
    ).rejects.toThrow(/does not answer here/);
  });

  test("renewed again: refused, the epoch is not taken", async () => {
    const { store, clock, broker, actions, notes, renew } = await world(10);
    broker.up = false;
    let sequence = 1;
    let next = clock.trueNow() + 3000;
    clock.onTick = (now) => {
      if (now >= next) {
        next += 3000;
        void renew(now, ++sequence);
      }
    };
    await expect(fence(store, me, options, actions, clock, notes)).rejects.toThrow(
      /came back to life/,
    );
    expect((await currentFence(store, "main"))?.epoch).toBe(1);
  });

  test("a takeover waits until the living keeper has heeded the record, T and the margin", async () => {
    const { store, clock, broker, actions, notes, renew } = await world(1);
    broker.up = false;
    let sequence = 1;
    let next = clock.trueNow() + 3000;
    let last = 0;
    clock.onTick = (now) => {
      if (now < next) return;
      next += 3000;
      if (store.objects.has("main/fence/2.json") && sequence > 1) return;
      last = now;
      void renew(now, ++sequence);
    };
    const taken = { ...options, takeoverReason: "moving house" };
    expect(await fence(store, me, taken, actions, clock, notes)).toMatchObject({ kind: "lease" });
    expect((clock.trueNow() - last) / 1000).toBeGreaterThan(20);
  });

  test("a keeper that does not heed the fence is red, the epoch stays taken, the next run goes on", async () => {
    const { store, clock, broker, actions, notes, renew, revoked } = await world(1);
    broker.up = false;
    let sequence = 1;
    let next = 0;
    clock.onTick = (now) => {
      if (now < next) return;
      next = now + 3000;
      void renew(now, ++sequence);
    };
    const taken = { ...options, takeoverReason: "moving house" };
    await expect(fence(store, me, taken, actions, clock, notes)).rejects.toThrow(
      /does not heed the fence/,
    );
    expect(revoked).toEqual([]);
    clock.onTick = undefined;
    expect(await fence(store, me, taken, actions, clock, notes)).toMatchObject({
      epoch: 2,
      kind: "lease",
    });
  });

  describe("taken over from a side that is alive, and has what nobody else has", () => {
    const taken = { ...options, takeoverReason: "moving house", waitSeconds: 60 };
    const lost = { partition: 2, offsets: 500, first: 90 };
    async function living() {
      const all = await world(1);
      const { store, clock, broker, missing, renew } = all;
      broker.up = false;
      missing.push(lost);
      let [sequence, next] = [1, clock.trueNow() + 3000];
      clock.onTick = (now) => {
        if (now < next || store.objects.has("main/fence/2.json")) return;
        next = now + 3000;
        void renew(now, ++sequence);
      };
      return all;
    }

    test("waits for it, before the epoch is taken", async () => {
      const { store, clock, actions, notes, missing } = await living();
      const start = clock.monotonic();
      let takenAt: number | undefined;
      const { onTick } = clock;
      clock.onTick = (now) => {
        onTick?.(now);
        if (now - start > 30_000) missing.length = 0;
        if (store.objects.has("main/fence/2.json")) takenAt ??= now;
      };
      const result = await fence(store, me, taken, actions, clock, notes);
      expect(result).toMatchObject({ epoch: 2, kind: "lease", leftBehind: 0 });
      expect((takenAt ?? 0) - start).toBeGreaterThan(30_000);
      expect(notes.lines.join()).toMatch(
        /500 offsets in 1 partitions, the first is 90 of partition 2/,
      );
    });

    test("is refused when it does not come, and nothing was taken or revoked", async () => {
      const { store, clock, actions, notes, revoked } = await living();
      await expect(fence(store, me, taken, actions, clock, notes)).rejects.toThrow(
        /stack "local" .* is alive and has acknowledged 500 offsets .* Stop its producers.* recover:acceptedLoss/,
      );
      expect((await currentFence(store, "main"))?.epoch).toBe(1);
      expect(revoked).toEqual([]);
    });

    test("is refused when that side does not say anew how far it was written", async () => {
      const { store, clock, actions, notes, missing } = await living();
      missing.length = 0;
      let sequence = 100;
      // Its keeper renews, and no longer reaches Kafka.
      clock.onTick = (now) => {
        const lease = JSON.parse(store.objects.get("main/lease/1.json") ?? "{}") as object;
        const renewed = { renewedAt: new Date(now).toISOString(), sequence: ++sequence };
        store.objects.set("main/lease/1.json", JSON.stringify({ ...lease, ...renewed }));
      };
      await expect(fence(store, me, taken, actions, clock, notes)).rejects.toThrow(
        /has not said within 60 s how far its producers have written/,
      );
      expect((await currentFence(store, "main"))?.epoch).toBe(1);
    });

    test("leaves it behind with a reason, and counts it", async () => {
      const { store, clock, actions, notes } = await living();
      const accepted = { ...taken, acceptedLoss: "its archive is broken" };
      const result = await fence(store, me, accepted, actions, clock, notes);
      expect(result).toMatchObject({ epoch: 2, leftBehind: 500 });
      expect(notes.lines.join()).toMatch(/! what has not arrived .* is left behind: its archive/);
      expect(notes.lines.join()).toMatch(/! 500 events .* are not here: its Kafka alone has them/);
    });

    test("counts what came behind the last look", async () => {
      const { store, clock, actions, notes, missing } = await living();
      missing.length = 0;
      const { onTick } = clock;
      clock.onTick = (now) => {
        onTick?.(now);
        if (store.objects.has("main/fence/2.json") && missing.length === 0) missing.push(lost);
      };
      const result = await fence(store, me, taken, actions, clock, notes);
      expect(result).toMatchObject({ epoch: 2, leftBehind: 500 });
    });

    test("of a side that is gone nobody asks", async () => {
      const { store, clock, broker, actions, missing, notes } = await world(300);
      broker.up = false;
      missing.push(lost);
      expect(await fence(store, me, options, actions, clock, notes)).toMatchObject({
        epoch: 2,
        leftBehind: null,
      });
    });
  });

  test("a drill's line has nobody to fence", async () => {
    const { store, clock, actions, broker, notes } = await world(1);
    const drill = stackOf({ line: "drill-7", epoch: 1, kafka });
    expect(await fence(store, drill, options, actions, clock, notes)).toMatchObject({
      epoch: 1,
      kind: "drill",
      oldPrincipalRefused: "not-applicable",
    });
    expect(broker.calls).toEqual([]);
  });
});
