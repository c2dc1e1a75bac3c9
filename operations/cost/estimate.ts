import type { AwsSettings } from "../../stacks/settings.ts";
import type { Asked } from "../stack/asked.ts";
import { priceOf, type Price } from "./prices.ts";
import { assumptionsOf, notCounted, quantitiesOf, type Quantity } from "./quantities.ts";

export interface CostLine {
  readonly item: string;
  readonly for: string;
  readonly region: string;
  /** A month. */
  readonly amount: number;
  readonly unit: string;
  /** Of one unit; undefined: the price file does not have it. */
  readonly usd?: number;
  readonly monthly?: number;
}

export interface Estimate {
  readonly lines: readonly CostLine[];
  /** US dollars a month, of the lines that have a price: never the whole while `notPriced` is not empty. */
  readonly monthlyUsd: number;
  readonly notPriced: readonly string[];
  readonly notCounted: readonly string[];
  readonly assumptions: readonly string[];
  /** Oldest and newest price that was used. */
  readonly pricesFrom: string;
  readonly sources: readonly string[];
}

/** What a stack costs a month by list prices, as far as they are known. */
export function estimateOf(
  asked: readonly Asked[],
  settings: AwsSettings,
  prices: readonly Price[],
): Estimate {
  const lines = summed(quantitiesOf(asked, settings)).map((quantity) => lineOf(quantity, prices));
  const used = lines.flatMap(
    (line) => priceOf(prices, { ...line, unit: line.unit as Quantity["unit"] }) ?? [],
  );
  const dates = used.map(({ date }) => date).sort();
  return {
    lines,
    monthlyUsd: round(lines.reduce((sum, { monthly = 0 }) => sum + monthly, 0)),
    notPriced: lines.flatMap(({ usd, item, region }) =>
      usd === undefined ? [`${item} in ${region}`] : [],
    ),
    notCounted,
    assumptions: assumptionsOf(settings),
    pricesFrom: [...new Set([dates[0] ?? "none", dates.at(-1) ?? "none"])].join(" to "),
    sources: [...new Set(used.flatMap(({ source, quotedBy = source }) => [source, quotedBy]))],
  };
}

/** One line for each item, use and region. */
function summed(quantities: readonly Quantity[]): Quantity[] {
  const found = new Map<string, Quantity>();
  for (const each of quantities) {
    const key = [each.region, each.item, each.of].join("|");
    const before = found.get(key)?.amount ?? 0;
    found.set(key, { ...each, amount: before + each.amount });
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}

function lineOf({ item, of, region, amount, unit }: Quantity, prices: readonly Price[]): CostLine {
  const usd = priceOf(prices, { item, region, unit })?.usd;
  return {
    item,
    for: of,
    region,
    amount: round(amount),
    unit,
    ...(usd === undefined ? {} : { usd, monthly: round(usd * amount) }),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
