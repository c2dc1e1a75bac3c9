import { describe, expect, test } from "vitest";
import { createFence, currentFence } from "./epoch.ts";
import { MemoryControl, stackOf } from "./fixture.ts";
import { moveControl } from "./move.ts";
import { keys } from "./records.ts";

const me = stackOf({ epoch: 2, owner: "owner-west" });

async function held(...owners: readonly string[]): Promise<MemoryControl> {
  const store = new MemoryControl();
  for (const [index, owner] of owners.entries()) {
    await createFence(store, "main", {
      epoch: index + 1,
      owner,
      stack: `stack-of-${owner}`,
      role: "standby",
      region: "west",
      recoveryId: `of-${owner}`,
      kind: "lease",
      reason: "test",
    });
  }
  return store;
}

describe("a line's records in another control bucket", () => {
  test("are all there but the lease, fences first, and a second run changes nothing", async () => {
    const from = await held("owner-east", "owner-west");
    await from.write(keys.step("main", "failover-1", "fence"), "a result");
    await from.write(keys.lease("main", 2), "a lease");
    await from.write("drill-1/fence/1.json", "another line's");
    const to = new MemoryControl();
    const created: string[] = [];
    const create = to.create.bind(to);
    to.create = (key, body) => {
      created.push(key);
      return create(key, body);
    };
    expect(await moveControl(from, to, me)).toEqual({ epoch: 2, copied: 3, present: 0 });
    expect(created).toEqual([
      keys.fence("main", 1),
      keys.fence("main", 2),
      keys.step("main", "failover-1", "fence"),
    ]);
    expect(await currentFence(to, "main")).toEqual(await currentFence(from, "main"));
    await to.write(keys.step("main", "failover-1", "fence"), "newer");
    expect(await moveControl(from, to, me)).toEqual({ epoch: 2, copied: 0, present: 3 });
    expect(to.objects.get(keys.step("main", "failover-1", "fence"))).toBe("newer");
  });

  test("a preview writes nothing, and refuses as the real run does", async () => {
    const to = new MemoryControl();
    const from = await held("owner-east", "owner-west");
    expect(await moveControl(from, to, me, { observe: true })).toMatchObject({ epoch: 2 });
    expect(to.objects.size).toBe(0);
    await moveControl(from, to, me);
    await createFence(to, "main", {
      epoch: 3,
      owner: "owner-back",
      stack: "prod",
      role: "standby",
      region: "east",
      recoveryId: "failback",
      kind: "lease",
      reason: "by plan",
    });
    for (const observe of [true, false]) {
      await expect(moveControl(from, to, me, { observe })).rejects.toThrow(
        /is fenced: epoch 3 .* held by stack "prod"/,
      );
    }
  });

  test.each([
    ["nobody was ever up", [], /nobody holds line "main"/],
    [
      "nobody recovered yet",
      ["owner-east"],
      /"local-dr" has not taken over yet.*recover:mode failover/,
    ],
    ["somebody else did", ["owner-east", "owner-else"], /is fenced: epoch 2 .*owner-else/],
  ] as const)("%s: refused, nothing copied", async (_, owners, message) => {
    const to = new MemoryControl();
    await expect(moveControl(await held(...owners), to, me)).rejects.toThrow(message);
    expect(to.objects.size).toBe(0);
  });

  test("an epoch that somebody took there is never overwritten", async () => {
    const from = await held("owner-east", "owner-west");
    const to = await held("owner-else", "owner-west");
    await expect(moveControl(from, to, me)).rejects.toThrow(
      /main\/fence\/1\.json .* another record .* recover:reprotect\.vaultName/,
    );
    expect(to.objects.get(keys.fence("main", 1))).toContain("owner-else");
  });

  test("the two exchanged", async () => {
    const from = await held("owner-west");
    const to = await held("owner-east", "owner-west");
    await expect(moveControl(from, to, me)).rejects.toThrow(/they were exchanged/);
  });
});
