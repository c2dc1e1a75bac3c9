import fc from "fast-check";
import { expect, test } from "vitest";
import { portsPerRegion, portTrouble, regionPorts } from "./ports.ts";

function flat(value: unknown): number[] {
  return typeof value === "number" ? [value] : Object.values(value as object).flatMap(flat);
}

const recovered = fc.record({
  zookeeper: fc.nat(20),
  postgres: fc.nat(20),
  clickhouse: fc.nat(20),
});

test("no port of two regions is used twice, whatever was recovered", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1024, max: 60_000 }),
      recovered,
      recovered,
      (base, east, west) => {
        const all = [...flat(regionPorts(base, 0, east)), ...flat(regionPorts(base, 1, west))];
        expect(new Set(all).size).toBe(all.length);
        expect(Math.min(...all)).toBeGreaterThanOrEqual(base);
        expect(Math.max(...all)).toBeLessThan(base + 2 * portsPerRegion);
      },
    ),
  );
});

test("a recovered engine gets ports that the lost one does not hold", () => {
  const before = regionPorts(27_000, 0, { zookeeper: 0, postgres: 0, clickhouse: 0 });
  const after = regionPorts(27_000, 0, { zookeeper: 1, postgres: 1, clickhouse: 1 });
  expect(after.clickhouse).not.toEqual(before.clickhouse);
  expect(after.postgres).not.toBe(before.postgres);
  expect(after.zookeeper).not.toEqual(before.zookeeper);
  expect(after.kafka).toEqual(before.kafka);
});

test.each([
  [27_000, "32768\t60999\n", undefined],
  [32_468, "32768\t60999\n", undefined],
  [32_469, "32768\t60999\n", /up to 32768, .* portBase of at most 32468/],
  [33_000, "32768\t60999\n", /from 32768 to 60999/],
  [61_000, "32768\t60999\n", undefined],
  [33_000, "", undefined],
])("portBase %i beside outgoing ports %j", (portBase, outgoing, trouble) => {
  if (trouble === undefined) expect(portTrouble(portBase, outgoing)).toBeUndefined();
  else expect(portTrouble(portBase, outgoing)).toMatch(trouble);
});
