import { z } from "zod";
import { defineStandaloneCommand } from "../../scripts/command.ts";
import { estimateOf, type Estimate } from "../cost/estimate.ts";
import { readPrices } from "../cost/prices.ts";
import { openStack } from "../stack/open.ts";

const params = z.object({
  mode: z
    .enum(["pilot-light", "failover", "drill", "reprotect"])
    .optional()
    .describe("of a standby; default: the one in its settings"),
  prices: z
    .string()
    .optional()
    .describe("a price file of your own; default: operations/cost/prices.json"),
});

export interface Cost extends Estimate {
  readonly stack: string;
  readonly mode: string;
}

/** Asks nobody: counts what the stack's program asks for, by a dated price file. */
export default defineStandaloneCommand({
  name: "cost",
  summary: "Estimates what a stack costs a month by list prices; what has no price is said",
  params,
  async run(stack, { mode, prices }, { warn }): Promise<Cost> {
    const known = readPrices(prices);
    const open = await openStack(stack, mode === undefined ? {} : { instead: { mode } });
    const { role, mode: set } = open.settings;
    const estimate = estimateOf(open.asked, open.settings, known);
    const { notPriced, lines } = estimate;
    if (notPriced.length > 0) {
      warn(
        `${notPriced.length} of ${lines.length} lines have no price and are in no sum: see notPriced`,
      );
    }
    return { stack: open.name, mode: role === "primary" ? "primary" : set, ...estimate };
  },
});
