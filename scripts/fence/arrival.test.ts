import { describe, expect, test } from "vitest";
import { waitForArrival } from "./arrival.ts";
import { FakeClock } from "./fixture.ts";

/** The highest stored offset moves by `perSecond`. */
async function arrive(perSecond: number, target: number, giveUpSeconds = 60) {
  const clock = new FakeClock();
  const start = clock.monotonic();
  const seconds = (): number => (clock.monotonic() - start) / 1000;
  const stop = new AbortController();
  clock.onTick = () => {
    if (seconds() >= giveUpSeconds) stop.abort(new Error("T is over"));
  };
  const highest = (): Promise<number> => Promise.resolve(Math.floor(100 + perSecond * seconds()));
  const itself = await waitForArrival(100, target, highest, clock, stop.signal);
  return { itself, seconds: seconds() };
}

describe("waitForArrival", () => {
  test("the canary itself, as soon as it is there", async () => {
    const found = await arrive(10, 110);
    expect(found.itself).toBe(true);
    expect(found.seconds).toBeLessThan(1.5);
  });

  test("behind a backlog: events that arrive are a sign of life, after some patience", async () => {
    const found = await arrive(10, 1_000_000);
    expect(found.itself).toBe(false);
    expect(found.seconds).toBeGreaterThanOrEqual(3);
    expect(found.seconds).toBeLessThan(4);
  });

  test("nothing arrives: none, until the keeper gives up", async () => {
    await expect(arrive(0, 101, 15)).rejects.toThrow("T is over");
  });
});
