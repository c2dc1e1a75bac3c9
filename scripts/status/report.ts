import { z } from "zod";
import { atRisk, type AtRisk } from "./announcements.ts";

const box = z.object({
  result: z.unknown(),
  startedAt: z.string().optional(),
  finishedAt: z.string().optional(),
});

/** Results of the recovery's boxes by name: bare, or with the times they ran. */
export const boxes = z.record(z.string(), z.unknown());

export interface RecoveryReport {
  readonly recoveryId: string;
  /** Backup that was used; null: everything came from the archive. */
  readonly ledger: string | null;
  readonly chain: readonly string[];
  /** Newer backups that were passed over, and why. */
  readonly rejected: readonly unknown[];
  /** Events, dead letters and quarantined ones by where they came from. */
  readonly rowsFrom: { readonly backup: number; readonly archive: number; readonly kafka: number };
  /** What the platform itself knows of its loss; a checker with the producers' log knows better. */
  readonly rpo: AtRisk;
  /** From the first box's start to the last one's end. */
  readonly seconds: number | null;
  readonly phases: readonly {
    readonly name: string;
    readonly startedAtSeconds: number;
    readonly seconds: number;
  }[];
  readonly fence: unknown;
  readonly cursors: readonly unknown[];
  readonly postgres: unknown;
  /** The final proof without its table of partitions. */
  readonly proof: unknown;
  /**
   * Per partition of a cluster that is gone: offsets between known ones that nobody knows, and the widest
   * of them. Transactions leave such holes, and events that had not arrived when the region was lost.
   */
  readonly gaps: readonly {
    readonly clusterId: string;
    readonly topic: string;
    readonly partition: number;
    readonly gaps: number;
    readonly gapRanges: readonly { readonly from: number; readonly to: number }[];
  }[];
  /** Of this recovery, for the plan of a next one; null where nothing was measured. */
  readonly throughput: {
    readonly restoreBytesPerSecond: number | null;
    readonly replayBytesPerSecond: number | null;
    readonly fixedSeconds: number;
  };
  readonly results: Readonly<Record<string, unknown>>;
}

const gateBox = z.object({ atRisk: atRisk.optional() }).loose();
const pickBox = z
  .object({
    ledger: z.string().nullable(),
    chain: z.array(z.string()),
    rejected: z.array(z.unknown()),
  })
  .loose();
const timedBytes = z.object({ bytes: z.number(), seconds: z.number() }).loose();
const restoreBox = z
  .object({ tables: z.array(z.object({ name: z.string(), rows: z.number() })) })
  .loose();
const replayBox = z
  .object({ rowsInserted: z.number(), deadLettered: z.number(), quarantined: z.number() })
  .loose();
const cursorsBox = z
  .object({ cursors: z.array(z.unknown()), filledFromArchive: z.number() })
  .loose();
const proofBox = z
  .object({ present: z.number(), deadLettered: z.number(), quarantined: z.number() })
  .loose();
const gapped = z.object({
  clusterId: z.string(),
  topic: z.string(),
  partition: z.number(),
  gaps: z.number().positive(),
  gapRanges: z.array(z.object({ from: z.number(), to: z.number() })),
});
const fenceBox = z.object({ kind: z.string(), leftBehind: z.number().nullish() }).loose();
const tenancyBox = z.object({ postgres: z.unknown() }).loose();

/** Tables whose rows are events that arrived; others are derived from them. */
const storing = new Set(["events", "dead_letters", "quarantine"]);

/** Joins what the boxes said into one report. A box that a recovery does not have is left out. */
export function reportOf(
  recoveryId: string,
  given: Readonly<Record<string, unknown>>,
): RecoveryReport {
  const opened = Object.entries(given).map(([name, value]) => ({ name, ...open(value) }));
  const find = <Schema extends z.ZodType>(
    name: string,
    schema: Schema,
  ): z.infer<Schema> | undefined => {
    const found = opened.find((each) => each.name === name);
    const parsed = schema.safeParse(found?.result);
    return parsed.success ? parsed.data : undefined;
  };
  const pick = find("pick", pickBox);
  const replay = find("replay", replayBox);
  const cursors = find("cursors", cursorsBox);
  const attach = find("attach", cursorsBox);
  const proof = find("prove", proofBox);
  const fence = find("fence", fenceBox);
  const backup = sum(
    (find("restore", restoreBox)?.tables ?? []).filter((table) => storing.has(table.name)),
    ({ rows }) => rows,
  );
  const archive =
    (replay?.rowsInserted ?? 0) +
    (replay?.deadLettered ?? 0) +
    (replay?.quarantined ?? 0) +
    (cursors?.filledFromArchive ?? 0) +
    (attach?.filledFromArchive ?? 0);
  const stored = proof === undefined ? 0 : proof.present + proof.deadLettered + proof.quarantined;
  const phases = phasesOf(opened);
  const seconds = phases.length === 0 ? null : endOf(phases);
  const restored = find("restore", timedBytes);
  const replayed = find("replay", timedBytes);
  const { partitions, ...proofSummary } = (proof ?? {}) as Record<string, unknown>;
  return {
    recoveryId,
    ledger: pick?.ledger ?? null,
    chain: pick?.chain ?? [],
    rejected: pick?.rejected ?? [],
    rowsFrom: { backup, archive, kafka: Math.max(0, stored - backup - archive) },
    rpo:
      fence?.kind === "broker"
        ? { events: 0, seconds: 0, at: null }
        : {
            ...(find("gate", gateBox)?.atRisk ?? { events: null, seconds: null, at: null }),
            // Counted, behind the fence: no estimate of what was on its way before it.
            ...(fence?.leftBehind == null ? {} : { events: fence.leftBehind }),
            ...(fence?.leftBehind === 0 ? { seconds: 0 } : {}),
          },
    seconds,
    phases,
    fence: fence ?? null,
    cursors: cursors?.cursors ?? [],
    postgres: find("tenancy", tenancyBox)?.postgres ?? null,
    proof: proof === undefined ? null : proofSummary,
    gaps: (Array.isArray(partitions) ? partitions : []).flatMap((partition) => {
      const parsed = gapped.safeParse(partition);
      return parsed.success ? [parsed.data] : [];
    }),
    throughput: {
      restoreBytesPerSecond: rate(restored),
      replayBytesPerSecond: rate(replayed),
      fixedSeconds: Math.max(
        0,
        round((seconds ?? 0) - (restored?.seconds ?? 0) - (replayed?.seconds ?? 0)),
      ),
    },
    results: given,
  };
}

function open(value: unknown): z.infer<typeof box> {
  const parsed = box.safeParse(value);
  return parsed.success && parsed.data.startedAt !== undefined ? parsed.data : { result: value };
}

function phasesOf(
  opened: readonly ({ readonly name: string } & z.infer<typeof box>)[],
): RecoveryReport["phases"] {
  const timed = opened.flatMap(({ name, startedAt, finishedAt }) =>
    startedAt === undefined || finishedAt === undefined
      ? []
      : [{ name, from: Date.parse(startedAt), to: Date.parse(finishedAt) }],
  );
  const first = Math.min(...timed.map(({ from }) => from));
  return timed
    .sort((a, b) => a.from - b.from)
    .map(({ name, from, to }) => ({
      name,
      startedAtSeconds: round((from - first) / 1000),
      seconds: round((to - from) / 1000),
    }));
}

function endOf(phases: RecoveryReport["phases"]): number {
  return round(Math.max(...phases.map((phase) => phase.startedAtSeconds + phase.seconds)));
}

function rate(of: { readonly bytes: number; readonly seconds: number } | undefined): number | null {
  return of === undefined || of.seconds <= 0 || of.bytes <= 0
    ? null
    : Math.round(of.bytes / of.seconds);
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}

function round(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
