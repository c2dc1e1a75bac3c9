import type { DrillResult } from "../drill/result.ts";

/** One drill of the matrix, and what it must show beyond its own verdict. */
export interface Case {
  readonly name: string;
  /** Of `npm run drill`, without --report. */
  readonly arguments: readonly string[];
  /** The drill's own verdict; a negative control must be red. */
  readonly verdict: "green" | "red";
  /** What this result fails to show, one line each; empty when it shows all. */
  readonly check: (result: DrillResult) => readonly string[];
}

const million = "1000000";
/** Largest resident set of any of our own programs, 10⁶ bytes, whatever the number of events. */
const mostMegabytes = 300;

function need(condition: boolean, line: string): string[] {
  return condition ? [] : [line];
}

function nothingLost({ eventsLost, eventsDuplicated, aggregatesEqual }: DrillResult): string[] {
  return [
    ...need(eventsLost === 0, `${eventsLost} events lost`),
    ...need(eventsDuplicated === 0, `${eventsDuplicated} events doubled`),
    ...need(aggregatesEqual, "the sums differ"),
  ];
}

/** A recovery whose rows all came from one place would not show that the places fit together. */
function bothSources({ rowsFrom: { backup, archive, kafka } }: DrillResult): string[] {
  const least = (backup + archive + kafka) / 10;
  return [
    ...need(backup > least, `only ${backup} rows from the backup`),
    ...need(archive + kafka > least, `only ${archive + kafka} rows from archive or Kafka`),
  ];
}

function zombieRefused({ fence, zombie }: DrillResult): string[] {
  return [
    ...need(fence.oldPrincipalRefused === true, "the old login was not refused"),
    ...need(fence.error !== null, "the broker's refusal is not in the result"),
    ...need(zombie?.consumesStill === false, "the zombie consumes still"),
  ];
}

function small({ memory }: DrillResult): string[] {
  return memory
    .filter(({ megabytes }) => megabytes >= mostMegabytes)
    .map(({ program, megabytes }) => `${program} took ${megabytes} MB`);
}

const kinds = ["region-lost", "clickhouse-lost", "zookeeper-lost", "postgres-lost"] as const;

/** Twenty seeds over all disasters; `cases.test.ts` holds that they draw all four moments. */
const seeds: readonly Case[] = Array.from({ length: 20 }, (_, index) => {
  const disaster = kinds[index % kinds.length] ?? "region-lost";
  return {
    name: `seed-${index + 1}`,
    arguments: ["--events", "100000", "--disaster", disaster, "--seed", `seed-${index + 1}`],
    verdict: "green",
    check: disaster === "region-lost" ? () => [] : nothingLost,
  };
});

/** What must be seen red: each spoils one thing. */
const negatives: readonly Case[] = [
  {
    name: "negative-skip-fence",
    arguments: ["--disaster", "clickhouse-lost", "--negative", "skip-fence"],
    verdict: "red",
    check: ({ zombie }) =>
      need(zombie?.consumesStill === true, "the zombie was not seen consuming"),
  },
  {
    name: "negative-delete-row",
    arguments: ["--negative", "delete-row"],
    verdict: "red",
    check: ({ checker: { lostThoughArchived, aggregatesEqual } }) =>
      need(lostThoughArchived > 0 || !aggregatesEqual, "the missing row was not seen"),
  },
  {
    name: "negative-double-row",
    arguments: ["--negative", "double-row"],
    verdict: "red",
    check: ({ eventsDuplicated }) => need(eventsDuplicated === 1, `${eventsDuplicated} doubled`),
  },
  {
    name: "negative-alter-property",
    arguments: ["--negative", "alter-property"],
    verdict: "red",
    check: ({ checker: { altered } }) => need(altered === 1, `${altered} altered`),
  },
  {
    name: "negative-hide-team",
    arguments: ["--negative", "hide-team"],
    verdict: "red",
    check: ({ checker: { tenants, aggregatesEqual } }) => [
      ...need((tenants?.hidden ?? 0) > 0, "the hidden team was not seen"),
      ...need(aggregatesEqual, "the sums differ: something else was seen"),
    ],
  },
];

/** Every drill that a release stands on, smallest first. */
export const cases: readonly Case[] = [
  ...negatives,
  {
    name: "trimmed-archive",
    arguments: ["--trim-archive"],
    verdict: "green",
    check: () => [],
  },
  ...seeds,
  {
    name: "million-zookeeper-lost",
    arguments: ["--events", million, "--disaster", "zookeeper-lost"],
    verdict: "green",
    check: nothingLost,
  },
  {
    name: "million-postgres-lost",
    arguments: ["--events", million, "--disaster", "postgres-lost"],
    verdict: "green",
    check: nothingLost,
  },
  {
    name: "million-clickhouse-lost",
    arguments: ["--events", million, "--disaster", "clickhouse-lost"],
    verdict: "green",
    check: (result) => [...nothingLost(result), ...zombieRefused(result), ...bothSources(result)],
  },
  {
    name: "million-clickhouse-lost-kraft",
    arguments: ["--events", million, "--disaster", "clickhouse-lost", "--kafka-mode", "kraft"],
    verdict: "green",
    check: (result) => [...nothingLost(result), ...zombieRefused(result), ...bothSources(result)],
  },
  {
    name: "million-region-lost",
    arguments: ["--events", million],
    verdict: "green",
    check: bothSources,
  },
  {
    name: "million-region-lost-quiet",
    arguments: ["--events", million, "--quiet-seconds", "60"],
    verdict: "green",
    check: (result) => [...nothingLost(result), ...bothSources(result)],
  },
  {
    name: "five-million-region-lost",
    arguments: ["--events", "5000000"],
    verdict: "green",
    check: small,
  },
];
