import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../scripts/command.ts";

const price = z.object({
  item: z.string(),
  /** `*`: the same in every region, as its source says. */
  region: z.string(),
  unit: z.enum(["hour", "GiB-month", "month"]),
  /** US dollars. */
  usd: z.number().positive(),
  /** Whose price it is: AWS's own page or price list, or where that was copied to. */
  source: z.url(),
  /** Where it was read, when that was not the source itself. */
  quotedBy: z.url().optional(),
  /** Day on which it was read or published, whichever is known. */
  date: z.iso.date(),
});

const priceFile = z.object({
  /** What the file is, for whoever opens it. */
  about: z.string(),
  prices: z.array(price),
});

export type Price = z.infer<typeof price>;

export const shippedPrices = join(import.meta.dirname, "prices.json");

/** @throws UserError when the file is none */
export function readPrices(file = shippedPrices): readonly Price[] {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(`${file} is no price file: ${(error as Error).message}`);
  }
  const parsed = priceFile.safeParse(value);
  if (parsed.success) return parsed.data.prices;
  const lines = parsed.error.issues.map(({ path, message }) => `  ${path.join(".")}: ${message}`);
  throw new UserError(`${file} is no price file:\n${lines.join("\n")}`);
}

/** A price of the region itself comes before one that holds everywhere. */
export function priceOf(
  prices: readonly Price[],
  wanted: Pick<Price, "item" | "region" | "unit">,
): Price | undefined {
  const same = prices.filter(({ item, unit }) => item === wanted.item && unit === wanted.unit);
  return (
    same.find(({ region }) => region === wanted.region) ?? same.find(({ region }) => region === "*")
  );
}
