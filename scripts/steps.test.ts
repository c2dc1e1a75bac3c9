import { describe, expect, test } from "vitest";
import { runStep } from "./steps.ts";
import type { StepStore } from "./steps.ts";

function memory(): StepStore & { readonly objects: Map<string, string> } {
  const objects = new Map<string, string>();
  return {
    where: "memory",
    objects,
    read: (key) => Promise.resolve(objects.get(key)),
    create: (key, body) => {
      if (objects.has(key)) return Promise.resolve(false);
      objects.set(key, body);
      return Promise.resolve(true);
    },
  };
}

const key = { line: "main", recoveryId: "r1", step: "restore" };
const path = "main/steps/r1/restore.json";

describe("a step of a recovery", () => {
  test("runs once and gives back its record, whatever the order of its inputs", async () => {
    const store = memory();
    let runs = 0;
    const run = () => Promise.resolve({ rows: ++runs, none: undefined });
    expect(await runStep(store, key, { a: 1, b: 2 }, run)).toEqual({
      result: { rows: 1 },
      reused: false,
    });
    expect(await runStep(store, key, { b: 2, a: 1 }, run)).toEqual({
      result: { rows: 1 },
      reused: true,
    });
    expect([...store.objects.keys()]).toEqual([path]);
  });

  test("that fails leaves no record and runs again", async () => {
    const store = memory();
    await expect(
      runStep(store, key, {}, () => Promise.reject(new Error("no space"))),
    ).rejects.toThrow("no space");
    expect(store.objects.size).toBe(0);
    expect(await runStep(store, key, {}, () => Promise.resolve())).toEqual({
      result: null,
      reused: false,
    });
  });

  test("with other inputs is refused, by when it was done", async () => {
    const store = memory();
    await runStep(store, key, { ledger: "a" }, () => Promise.resolve(1));
    await expect(runStep(store, key, { ledger: "b" }, () => Promise.resolve(2))).rejects.toThrow(
      /"restore" of recovery "r1" was already done at .* with other inputs.*new recovery id/,
    );
  });

  test("of two that race, both get the first one's result", async () => {
    const store = memory();
    const winner = (): Promise<number> =>
      runStep(store, key, {}, () => Promise.resolve(1)).then(({ result }) => result);
    const late = await runStep(store, key, {}, async () => {
      await winner();
      return 2;
    });
    expect(late).toEqual({ result: 1, reused: true });
  });

  test("an altered record is never taken for done or for not done", async () => {
    const store = memory();
    store.objects.set(path, '{"step": "restore"');
    await expect(runStep(store, key, {}, () => Promise.resolve(1))).rejects.toThrow(/altered/);
  });
});
