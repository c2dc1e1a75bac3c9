import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import type { Asked } from "../stack/asked.ts";
import { openStack } from "../stack/open.ts";
import { estimateOf } from "./estimate.ts";
import { readPrices } from "./prices.ts";

interface Mode {
  readonly name: string;
  readonly asked: readonly Asked[];
  readonly estimate: ReturnType<typeof estimateOf>;
}

const modes = ["pilot-light", "failover", "drill", "reprotect"] as const;

/** What is waited for on the day: each is made after the disaster, and AWS names no time that it promises. */
const slow: Readonly<Record<string, string>> = {
  "aws:msk/cluster:Cluster": "MSK cluster",
  "aws:rds/instance:Instance": "RDS restored from its copy",
  "aws:eks/nodeGroup:NodeGroup": "nodes",
  "aws:mskconnect/connector:Connector": "connector",
  "aws:eks/cluster:Cluster": "EKS cluster",
  "aws:ec2/natGateway:NatGateway": "NAT gateways",
};

export const modesPage = join(import.meta.dirname, "../../docs/aws-modes.md");

/** docs/aws-modes.md, from the shipped examples and price file; for whoever has the development packages. */
export async function modesTable(): Promise<string> {
  const config = await resolveConfig(modesPage);
  return format(await page(), { ...config, parser: "markdown" });
}

async function page(): Promise<string> {
  const prices = readPrices();
  const primary = await openStack("prod");
  const known: Mode[] = [];
  for (const name of modes) {
    const { asked, settings } = await openStack("dr", { instead: { mode: name } });
    known.push({ name, asked, estimate: estimateOf(asked, settings, prices) });
  }
  const pilot = known.find(({ name }) => name === "pilot-light")?.asked ?? [];
  const failover = known.find(({ name }) => name === "failover")?.asked ?? [];
  const prod: Mode = {
    name: "(primary)",
    asked: primary.asked,
    estimate: estimateOf(primary.asked, primary.settings, prices),
  };
  return [
    "# Modes on AWS: what exists, what it costs, what a recovery waits for",
    "",
    "Written by `node operations/cost/write-modes.ts` from what the programs of `Pulumi.prod.yaml` and `Pulumi.dr.yaml` ask for and from",
    "`operations/cost/prices.json`; a test turns red when this page and they differ. Your own settings: `npm run cost -- --stack dr --mode pilot-light`.",
    "",
    "| mode | resources of AWS | engines and machines | US dollars a month, of what has a price | not priced |",
    "| --- | --- | --- | --- | --- |",
    ...[prod, ...known].map(rowOf),
    "",
    "## What the price leaves out",
    "",
    ...prod.estimate.notCounted.map((each) => `- ${each}`),
    "",
    "Assumed:",
    "",
    ...prod.estimate.assumptions.map((each) => `- ${each}`),
    "",
    "Not in the price file, so in no sum above:",
    "",
    ...[...new Set([prod, ...known].flatMap(({ estimate }) => estimate.notPriced))]
      .sort()
      .map((each) => `- ${each}`),
    "",
    "## What the recovery time cannot fall below",
    "",
    "No time was measured on AWS ([what was checked instead](aws-not-run.md)); `recover:rto` is an objective, not a finding. What a failover",
    "waits for follows from what it has to make on the day:",
    "",
    "| before the day the stack was | has to be made on the day |",
    "| --- | --- |",
    `| a pilot light | ${waits(failover, pilot)} |`,
    `| nothing | ${waits(failover, [])}, and all roles, keys and routes: IAM has to answer |`,
    "",
    "Behind that come the restore of ClickHouse (by its data) and the fill from the archive; both are the same work as on one machine.",
    "",
  ].join("\n");
}

function rowOf({ name, asked, estimate }: Mode): string {
  const count = asked.filter(({ region }) => region !== undefined).length;
  const has = estimate.lines
    .filter(({ item }) => /^(EC2|RDS PostgreSQL|MSK kafka|MSK Connect|EKS)/.test(item))
    .map(({ item, amount }) => `${amount / 730} × ${item}`);
  const label = name.startsWith("(") ? "primary" : `\`${name}\``;
  const total = `${estimate.monthlyUsd} (prices of ${estimate.pricesFrom})`;
  return `| ${label} | ${count} | ${has.join(", ")} | ${total} | ${estimate.notPriced.length} of ${estimate.lines.length} lines |`;
}

function waits(after: readonly Asked[], before: readonly Asked[]): string {
  const there = new Set(
    before.map(({ type, name, inputs }) => JSON.stringify([type, name, inputs])),
  );
  const made = after.filter(
    ({ type, name, inputs }) => !there.has(JSON.stringify([type, name, inputs])),
  );
  const names = Object.entries(slow).flatMap(([type, label]) =>
    made.some((each) => each.type === type) ? [label] : [],
  );
  return names.join(", ");
}
