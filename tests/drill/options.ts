import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { disasters, moments, type Disaster, type Moment } from "./plan.ts";

export const negatives = [
  "none",
  "skip-fence",
  "delete-row",
  "double-row",
  "alter-property",
  "hide-team",
] as const;
/** A control that must turn the checker red. */
export type Negative = (typeof negatives)[number];

export interface DrillOptions {
  /** Events before the disaster; a trickle keeps flowing in waits, so a few more are sent. */
  readonly events: number;
  readonly disaster: Disaster;
  readonly seed: string;
  /** Absolute folder of result.json, report.html and the acknowledgement logs. */
  readonly report: string;
  readonly kafkaMode: "zookeeper" | "kraft";
  readonly moment: Moment | "auto";
  /** Events per second of all producers together. */
  readonly rate: number;
  readonly keep: boolean;
  /** Producers rest that long before the disaster. */
  readonly quietSeconds: number;
  readonly negative: Negative;
  /** Before the recovery: remove from the archive's copy what lies before the oldest full backup. */
  readonly trimArchive: boolean;
}

function wholeNumber(low: number, high: number) {
  return (text: string): number => {
    const number = Number(text);
    if (!Number.isInteger(number) || number < low || number > high) {
      throw new InvalidArgumentError(`Write a whole number from ${low} to ${high}.`);
    }
    return number;
  };
}

/** How fast events go unless told: the whole load in about 40 seconds, within what two cores carry. */
export function defaultRate(events: number): number {
  return Math.min(20_000, Math.max(300, Math.ceil(events / 40)));
}

/**
 * Reads the command line.
 *
 * @throws CommanderError with `exitCode` 2 for anything unknown, 0 for --help
 */
export function readOptions(argv: readonly string[]): DrillOptions {
  const command = new Command("npm run drill --")
    .description(
      "Provision the platform, feed it, destroy it without warning, bring it back with `pulumi up`, and prove it.",
    )
    .option(
      "--events <n>",
      "events sent before the disaster",
      wholeNumber(1000, 20_000_000),
      20_000,
    )
    .addOption(
      new Option("--disaster <kind>", "what is lost").choices(disasters).default("region-lost"),
    )
    .option("--seed <text>", "draws payloads, delays and the moment (default: a new one, shown)")
    .option("--report <dir>", "where result.json and report.html go", "drill-report")
    .addOption(
      new Option("--kafka-mode <mode>", "how Kafka keeps its metadata")
        .choices(["zookeeper", "kraft"])
        .default("zookeeper"),
    )
    .addOption(
      new Option("--moment <moment>", "when it strikes; auto: drawn from the seed")
        .choices(["auto", ...moments])
        .default("auto"),
    )
    .option(
      "--rate <n>",
      "events per second (default: all of them in 40 seconds)",
      wholeNumber(10, 200_000),
    )
    .option(
      "--quiet-seconds <n>",
      "producers rest this long before the disaster",
      wholeNumber(0, 3600),
      0,
    )
    .addOption(
      new Option("--negative <control>", "spoil the result on purpose: the checker must turn red")
        .choices(negatives)
        .default("none"),
    )
    .option(
      "--trim-archive",
      "region-lost: remove the archive before the oldest full backup first; nothing of it may be needed",
      false,
    )
    .option("--keep", "leave the drill's folder, processes and logs for a look", false)
    .addHelpText(
      "after",
      "\nExit codes: 0 nothing lost that could be kept, nothing doubled · 1 red · 2 bad input · 3 the drill itself failed",
    )
    .exitOverride((error) => {
      throw Object.assign(error, { exitCode: error.exitCode === 0 ? 0 : 2 });
    });
  command.parse(argv, { from: "user" });
  const given = command.opts<
    Omit<DrillOptions, "seed" | "rate"> & { seed?: string; rate?: number }
  >();
  if (given.quietSeconds > 0 && given.moment !== "auto" && given.moment !== "quiet") {
    command.error(
      `error: --quiet-seconds rests the producers, and the moment "${given.moment}" needs them at work. ` +
        "Leave one of the two away.",
    );
  }
  if (given.trimArchive && given.disaster !== "region-lost") {
    command.error(
      `error: --trim-archive is about the vault's copy that a lost region is recovered from, not about ${given.disaster}.`,
    );
  }
  if (given.negative === "skip-fence" && given.disaster !== "clickhouse-lost") {
    command.error(
      "error: --negative skip-fence needs an old consumer that lives on: --disaster clickhouse-lost.",
    );
  }
  return {
    ...given,
    moment: given.quietSeconds > 0 ? "quiet" : given.moment,
    report: resolve(given.report),
    seed: given.seed ?? randomBytes(4).toString("hex"),
    rate: given.rate ?? defaultRate(given.events),
  };
}
