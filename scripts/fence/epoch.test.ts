import { describe, expect, test } from "vitest";
import { claim, checkClaim } from "./claim.ts";
import { createFence, currentFence, type FenceRequest } from "./epoch.ts";
import { MemoryControl, stackOf } from "./fixture.ts";

const east = stackOf({
  stack: "local",
  role: "primary",
  region: "east",
  owner: "owner-east",
  epoch: 1,
});

function request(epoch: number, owner: string, recoveryId = `of-${owner}`): FenceRequest {
  return {
    epoch,
    owner,
    stack: `stack-${owner}`,
    role: "standby",
    region: "west",
    recoveryId,
    kind: "lease",
    reason: "test",
  };
}

describe("claim", () => {
  test("the first holder takes epoch 1; asking again changes nothing", async () => {
    const store = new MemoryControl();
    expect(await checkClaim(store, east)).toBeUndefined();
    expect(await claim(store, east)).toMatchObject({ epoch: 1, created: true });
    expect(await claim(store, east)).toMatchObject({ epoch: 1, created: false });
    expect(await checkClaim(store, east)).toMatchObject({ epoch: 1 });
    expect(store.objects.size).toBe(1);
  });

  test("another owner is refused by name and changes nothing", async () => {
    const store = new MemoryControl();
    await claim(store, east);
    await createFence(store, "main", request(2, "owner-west"));
    await expect(claim(store, east)).rejects.toThrow(
      /stack "local" .* is fenced: epoch 2 .* stack "stack-owner-west".*since .*recovery "of-owner-west"/,
    );
    expect(store.objects.size).toBe(2);
  });

  test("a stack of the same name is told what became of its former self", async () => {
    const store = new MemoryControl();
    await claim(store, east);
    await expect(claim(store, { ...east, owner: "made anew" })).rejects.toThrow(
      /is fenced: epoch 1 .*before it was destroyed, .*npm run purge/,
    );
  });

  test("the holder of a later epoch gets that one; lines are apart", async () => {
    const store = new MemoryControl();
    await claim(store, east);
    await createFence(store, "main", request(2, "owner-east"));
    expect(await claim(store, east)).toMatchObject({ epoch: 2, created: false });
    expect(await claim(store, { ...east, line: "drill-1", owner: "other" })).toMatchObject({
      epoch: 1,
    });
  });

  test("an unreadable fence is an error, never no fence", async () => {
    const store = new MemoryControl();
    store.objects.set("main/fence/1.json", '{"epoch": 1');
    await expect(claim(store, east)).rejects.toThrow(/main\/fence\/1.json .* cannot be read/);
    store.objects.set("main/fence/1.json", '{"epoch": 1}');
    await expect(claim(store, east)).rejects.toThrow(/cannot be read/);
  });
});

describe("createFence", () => {
  test("ten epochs sort as numbers", async () => {
    const store = new MemoryControl();
    for (let epoch = 1; epoch <= 11; epoch++) {
      await createFence(store, "main", request(epoch, "a", `r${epoch}`));
    }
    expect((await currentFence(store, "main"))?.epoch).toBe(11);
    expect((await currentFence(store, "main"))?.previousOwner).toBe("a");
  });

  test("epochs have no gaps and are never taken twice", async () => {
    const store = new MemoryControl();
    await createFence(store, "main", request(1, "a"));
    await expect(createFence(store, "main", request(3, "b"))).rejects.toThrow(/the next one is 2/);
    await expect(createFence(store, "main", request(1, "b"))).rejects.toThrow(
      /did not get epoch 1/,
    );
  });

  test("the same recovery goes on with its own record, another one of the same owner does not", async () => {
    const store = new MemoryControl();
    const first = await createFence(store, "main", request(1, "a", "r1"));
    const again = await createFence(store, "main", request(1, "a", "r1"));
    expect(first.created).toBe(true);
    expect(again).toEqual({ record: first.record, created: false });
    await expect(createFence(store, "main", request(1, "a", "r2"))).rejects.toThrow(
      /"r2" .* did not get/,
    );
  });

  test("20 contenders, one winner, 19 are told who won", async () => {
    const store = new MemoryControl();
    const names = Array.from({ length: 20 }, (_, index) => `owner-${index}`);
    const outcomes = await Promise.allSettled(
      names.map((name) => createFence(store, "main", request(1, name))),
    );
    const winners = outcomes.filter((outcome) => outcome.status === "fulfilled");
    expect(winners).toHaveLength(1);
    const winner = winners[0]?.value.record.owner ?? "nobody";
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") {
        expect(String(outcome.reason)).toContain(`(standby in west, owner ${winner})`);
      }
    }
  });
});
