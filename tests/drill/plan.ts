import { between, pick, seededRandom } from "./random.ts";

export const disasters = [
  "region-lost",
  "clickhouse-lost",
  "zookeeper-lost",
  "postgres-lost",
] as const;
export type Disaster = (typeof disasters)[number];

/** States that a disaster likes least. `quiet` forces none of them. */
export const moments = [
  "during-full",
  "during-incremental",
  "between-put-and-commit",
  "between-block-and-commit",
  "quiet",
] as const;
export type Moment = (typeof moments)[number];

/** The four that `auto` draws from. */
export const drawnMoments = moments.filter((moment) => moment !== "quiet");

/** Everything that a seed decides about the timeline; shares are of the events before the disaster. */
export interface Plan {
  readonly moment: Moment;
  readonly fullBackupAt: number;
  readonly firstIncrementalAt: number;
  readonly clickhouseKillAt: number;
  readonly secondIncrementalAt: number;
  /** Wait between the last event of the load (a trickle goes on) and the forced moment. */
  readonly pauseMilliseconds: number;
}

/** The same seed gives the same plan. */
export function planOf(seed: string, moment: Moment | "auto"): Plan {
  const random = seededRandom(`${seed}/plan`);
  const drawn = pick(random, drawnMoments);
  return {
    moment: moment === "auto" ? drawn : moment,
    fullBackupAt: between(random, 15, 25) / 100,
    firstIncrementalAt: between(random, 40, 50) / 100,
    clickhouseKillAt: between(random, 55, 65) / 100,
    secondIncrementalAt: between(random, 72, 80) / 100,
    pauseMilliseconds: between(random, 0, 3000),
  };
}
