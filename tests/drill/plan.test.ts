import { describe, expect, it } from "vitest";
import { defaultRate, readOptions } from "./options.ts";
import { drawnMoments, planOf } from "./plan.ts";

describe("the plan", () => {
  it("is the same for the same seed", () => {
    expect(planOf("7", "auto")).toEqual(planOf("7", "auto"));
  });

  it("covers all four moments over 20 seeds, each of them several times over 400", () => {
    const drawn = (seeds: number) =>
      Array.from({ length: seeds }, (_, i) => planOf(`${i + 1}`, "auto").moment);
    expect(new Set(drawn(20))).toEqual(new Set(drawnMoments));
    for (const moment of drawnMoments) {
      expect(drawn(400).filter((one) => one === moment).length).toBeGreaterThan(70);
    }
  });

  it("keeps the order of the timeline", () => {
    for (let seed = 0; seed < 200; seed++) {
      const plan = planOf(`${seed}`, "auto");
      const times = [
        plan.fullBackupAt,
        plan.firstIncrementalAt,
        plan.clickhouseKillAt,
        plan.secondIncrementalAt,
      ];
      expect([...times].sort()).toEqual(times);
    }
  });

  it("can be forced to a moment without changing the rest", () => {
    expect(planOf("7", "quiet")).toEqual({ ...planOf("7", "auto"), moment: "quiet" });
  });
});

describe("the command line", () => {
  it("has the issue's defaults", () => {
    expect(readOptions([])).toMatchObject({
      events: 20_000,
      disaster: "region-lost",
      kafkaMode: "zookeeper",
      moment: "auto",
      rate: 500,
      keep: false,
      negative: "none",
    });
    expect(readOptions(["--quiet-seconds", "60"]).moment).toBe("quiet");
    expect(defaultRate(1_000_000)).toBe(20_000);
  });

  it.each([
    [["--disaster", "flood"], "Allowed choices are region-lost"],
    [["--events", "many"], "whole number"],
    [["--events", "-5"], "whole number"],
    [["--moment", "noon"], "Allowed choices"],
    [["--unknown"], "unknown option"],
    [["--quiet-seconds", "9", "--moment", "during-full"], "needs them at work"],
    [["stray"], "too many arguments"],
  ])("refuses %j with exit code 2", (argv, text) => {
    const write = process.stderr.write.bind(process.stderr);
    process.stderr.write = () => true;
    try {
      expect(() => readOptions(argv)).toThrow(
        expect.objectContaining({
          exitCode: 2,
          message: expect.stringContaining(text) as string,
        }) as Error,
      );
    } finally {
      process.stderr.write = write;
    }
  });
});
