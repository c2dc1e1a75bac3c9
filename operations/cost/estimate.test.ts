import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStack, type OpenStack } from "../stack/open.ts";
import { estimateOf } from "./estimate.ts";
import { modesPage, modesTable } from "./modes.ts";
import { priceOf, readPrices, shippedPrices, type Price } from "./prices.ts";

const stacks: Record<string, OpenStack> = {};
let folder = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "recover-prices-"));
  stacks["prod"] = await openStack("prod");
  stacks["pilot light"] = await openStack("dr", { instead: { mode: "pilot-light" } });
  stacks["failover"] = await openStack("dr");
}, 900_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const source = "https://example.com/prices";
const price = (item: string, usd: number, unit: Price["unit"] = "hour", region = "*"): Price => ({
  item,
  usd,
  unit,
  region,
  source,
  date: "2026-11-26",
});
const of = (name: string, prices: readonly Price[]) => {
  const stack = stacks[name];
  if (stack === undefined) throw new Error(`no stack ${name}`);
  return estimateOf(stack.asked, stack.settings, prices);
};
const line = (name: string, item: string, use?: string, prices: readonly Price[] = []) =>
  of(name, prices).lines.find((each) => each.item === item && (use ?? each.for) === each.for);

describe("what is counted", () => {
  test.each([
    // 730 hours a month, in the counts of the example's settings.
    ["RDS PostgreSQL db.r6g.large Multi-AZ", undefined, 730],
    ["RDS gp3 Multi-AZ", undefined, 100],
    ["MSK kafka.m7g.large", undefined, 3 * 730],
    ["MSK storage", undefined, 3 * 643],
    ["MSK Connect MCU", undefined, 730],
    ["EKS cluster", undefined, 730],
    ["EC2 m7i.xlarge", undefined, 6 * 730],
    ["EBS gp3", "nodes", 600],
    ["EBS gp3", "ClickHouse", 200],
    ["EBS gp3", "ZooKeeper", 60],
    ["NAT gateway", undefined, 3 * 730],
    ["public IPv4 address", undefined, 3 * 730],
    ["interface endpoint", undefined, 30 * 730],
    ["secret", undefined, 2],
  ])("prod: %s %s", (item, use, amount) => {
    expect(line("prod", item, use)).toMatchObject({ amount, region: "eu-central-1" });
  });

  test("keys and the archive in each region", () => {
    const { lines } = of("prod", []);
    const keys = lines
      .filter(({ item }) => item === "KMS key")
      .map(({ region, amount }) => [region, amount]);
    expect(keys).toEqual([
      ["eu-central-1", 5],
      ["eu-west-1", 2],
    ]);
    const archive = lines.filter(({ item }) => item === "S3 standard");
    // A megabyte a second for 31 days of keeping and 30 of versions.
    expect(archive.map(({ amount }) => Math.round(amount))).toEqual([4908, 4908]);
  });

  test("a pilot light has no node, no engine and no bucket of the vault", () => {
    const items = of("pilot light", []).lines.map(({ item }) => item);
    expect(items.filter((item) => /^(EC2|RDS|MSK|EBS|S3)/.test(item))).toEqual([]);
    expect(items).toEqual(
      expect.arrayContaining(["EKS cluster", "NAT gateway", "interface endpoint", "KMS key"]),
    );
  });
});

describe("prices", () => {
  test("are multiplied with what is counted, and summed", () => {
    const prices = [price("EKS cluster", 0.1), price("secret", 0.4, "month")];
    expect(line("prod", "EKS cluster", undefined, prices)?.monthly).toBe(73);
    expect(of("prod", prices).monthlyUsd).toBe(73.8);
  });

  test("of the region itself come first; those of another, or another unit, are none", () => {
    const prices = [
      price("EKS cluster", 1),
      price("EKS cluster", 2, "hour", "eu-central-1"),
      price("EKS cluster", 3, "hour", "us-east-1"),
    ];
    expect(
      priceOf(prices, { item: "EKS cluster", region: "eu-central-1", unit: "hour" })?.usd,
    ).toBe(2);
    expect(priceOf(prices, { item: "EKS cluster", region: "eu-west-1", unit: "hour" })?.usd).toBe(
      1,
    );
    expect(
      priceOf(prices, { item: "EKS cluster", region: "eu-west-1", unit: "month" }),
    ).toBeUndefined();
  });

  test("that are not known are said, never taken for nothing", () => {
    const { notPriced, lines } = of("prod", [price("EKS cluster", 0.1)]);
    expect(notPriced).toContain("MSK kafka.m7g.large in eu-central-1");
    expect(notPriced).toHaveLength(lines.length - 1);
  });

  test("of the shipped file have a source, a date, and a use", () => {
    const prices = readPrices();
    const items = new Set(
      [...of("prod", []).lines, ...of("failover", []).lines].map(({ item }) => item),
    );
    expect(prices.length).toBeGreaterThan(0);
    expect(prices.filter(({ item }) => !items.has(item))).toEqual([]);
    expect(readFileSync(shippedPrices, "utf8")).not.toContain("example.com");
  });

  test.each([
    ["no JSON", "prices", /no price file/],
    [
      "a price without a source",
      JSON.stringify({
        about: "",
        prices: [{ item: "x", region: "*", unit: "hour", usd: 1, date: "2026-01-01" }],
      }),
      /prices\.0\.source/,
    ],
    [
      "a price of nothing",
      JSON.stringify({
        about: "",
        prices: [{ item: "x", region: "*", unit: "hour", usd: 0, source, date: "2026-01-01" }],
      }),
      /prices\.0\.usd/,
    ],
  ])("from %s are refused", (_, text, said) => {
    const file = join(folder, "prices.json");
    writeFileSync(file, text);
    expect(() => readPrices(file)).toThrow(said);
  });
});

test("docs/aws-modes.md says what the programs ask for", async () => {
  expect(readFileSync(modesPage, "utf8")).toBe(await modesTable());
}, 900_000);
