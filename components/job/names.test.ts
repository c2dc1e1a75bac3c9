import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cronJobName, cronSchedule, dnsLabel, inputHash, jobName } from "./names.ts";

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

describe("a Job's name", () => {
  const text = fc.string({ unit: "binary" });

  test("is a DNS label of at most 63 characters, whatever it is made of", () => {
    fc.assert(
      fc.property(text, text, fc.jsonValue(), (step, recovery, inputs) => {
        const name = jobName(step, recovery, inputs);
        expect(name).toMatch(label);
        expect(name.length).toBeLessThanOrEqual(63);
        expect(jobName(step, recovery, inputs)).toBe(name);
      }),
    );
  });

  test("is another one when step, recovery or inputs are", () => {
    const one = fc.tuple(text, text, fc.jsonValue());
    fc.assert(
      fc.property(one, one, (a, b) => {
        const same = a[0] === b[0] && a[1] === b[1] && inputHash(a[2]) === inputHash(b[2]);
        expect(jobName(...a) === jobName(...b)).toBe(same);
      }),
    );
    // The readable parts are the same.
    expect(jobName("a-b", "c", 1)).not.toBe(jobName("a", "b-c", 1));
    expect(jobName("x".repeat(70), "r", 1)).not.toBe(jobName("x".repeat(71), "r", 1));
  });

  test("does not depend on the order of members, and not on what is undefined", () => {
    expect(jobName("fence", "r1", { a: 1, b: [2] })).toBe(
      jobName("fence", "r1", { b: [2], a: 1, c: undefined }),
    );
    expect(jobName("fence", "Region-Lost.1", {})).toMatch(/^fence-region-lost-1-[0-9a-f]{12}$/);
  });
});

test("a label says the same as far as it can", () => {
  expect(dnsLabel("Main/Steps_7")).toBe("main-steps-7");
  expect(dnsLabel("---")).toBe("x");
  expect(dnsLabel("abc-def", 4)).toBe("abc");
});

test("a CronJob's name is never cut", () => {
  expect(cronJobName("backup_full")).toBe("backup-full");
  expect(cronJobName("a".repeat(52))).toHaveLength(52);
  expect(() => cronJobName("a".repeat(53))).toThrow(/53 characters, 52 are allowed/);
});

test("a schedule has five fields", () => {
  expect(cronSchedule(" 0  3 * * * ")).toBe("0 3 * * *");
  expect(() => cronSchedule("*/30 * * * * *")).toThrow(/has 6 fields/);
});
