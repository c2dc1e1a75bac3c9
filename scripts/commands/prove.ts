import { z } from "zod";
import { withClickHouse, type ClickHouse } from "../clickhouse/client.ts";
import { defineCommand, UserError, type Context } from "../command.ts";
import { requireParts, type Connection } from "../connection.ts";
import { asJson, withControl } from "../fence/control.ts";
import { keys } from "../fence/records.ts";
import { readsUntil } from "../fence/rehearsal.ts";
import { identityKey } from "../proof/identity.ts";
import { prove, type ProofInput, type ProofResult } from "../proof/prove.ts";
import { takeLiveTopic } from "../proof/sources.ts";
import { ObjectStore } from "../vault/s3.ts";

const params = z.object({
  sources: z
    .enum(["all", "archive", "kafka"])
    .default("all")
    .describe("what the rows are compared with; all: whatever the connection has"),
  deep: z
    .boolean()
    .default(false)
    .describe("compare every row's content with the archived message, and read all of Kafka"),
  lines: z
    .array(z.string())
    .optional()
    .describe("epoch lines whose archive counts; by default the stack's own and main"),
  archivedUntil: z.iso
    .datetime()
    .optional()
    .describe(
      "archive objects written later do not count; default of a drill: when it took its epoch",
    ),
  since: z
    .array(
      z.object({
        clusterId: z.string(),
        topicId: z.string(),
        partition: z.int().nonnegative(),
        contiguous: z.int().nonnegative(),
      }),
    )
    .default([])
    .describe("a ledger's cut: only offsets at or above it are proven"),
  atLeast: z
    .int()
    .nonnegative()
    .default(0)
    .describe("how many events there must be: fewer that archive and Kafka know of are red"),
  waitSeconds: z
    .number()
    .nonnegative()
    .default(600)
    .describe("how long to wait until ClickHouse has consumed what is in Kafka now"),
  stallSeconds: z
    .number()
    .nonnegative()
    .default(30)
    .describe("without progress for so long the waiting ends"),
  derivedWaitSeconds: z
    .number()
    .nonnegative()
    .default(15)
    .describe("how long sums may take to agree with events while ingest runs"),
});

export default defineCommand({
  name: "prove",
  summary: "Proves that nothing is missing and nothing is there twice, as sets of offsets",
  params,
  async run(connection, options, context): Promise<ProofResult> {
    const { clickhouse } = requireParts(connection, ["clickhouse"]);
    const { vault } = connection;
    const store = vault === undefined ? undefined : new ObjectStore(vault);
    try {
      return await withClickHouse(clickhouse, async (server) => {
        const input = await inputOf(connection, options, server, store, context);
        const result = await prove(input);
        await announce(connection, result, partOf(connection, options), context);
        for (const reason of result.reasons) context.warn(reason);
        if (result.sentTwice > 0) {
          context.warn(
            `${result.sentTwice} events were sent twice by a producer: both records are in Kafka or the ` +
              "archive, so both are kept",
          );
        }
        if (result.gaps > 0) context.warn(sayGaps(result));
        return result;
      });
    } finally {
      store?.close();
    }
  },
  exitCode: (result) => (result.ok ? 0 : 1),
});

/** One sentence, with the widest gap. */
export function sayGaps({ gaps, partitions }: Pick<ProofResult, "gaps" | "partitions">): string {
  const [widest] = partitions
    .flatMap(({ gapRanges, partition, clusterId }) =>
      gapRanges.map(({ from, to }) => ({ from, to, partition, clusterId })),
    )
    .sort((a, b) => b.to - b.from - (a.to - a.from));
  return (
    `${gaps} offsets between known ones of clusters that cannot be asked are in no source` +
    (widest === undefined
      ? ""
      : `, the widest gap is ${widest.from} to ${widest.to} of partition ${widest.partition} of ${widest.clusterId}`) +
    ": marks and aborts of transactions, or events that never arrived here; which cannot be told"
  );
}

async function inputOf(
  connection: Connection,
  options: z.infer<typeof params>,
  clickhouse: ClickHouse,
  store: ObjectStore | undefined,
  context: Context,
): Promise<ProofInput> {
  const { vault, kafka, line } = connection;
  const { sources, deep, derivedWaitSeconds, atLeast } = options;
  const withArchive = sources !== "kafka" && vault !== undefined && store !== undefined;
  const withKafka = sources !== "archive" && kafka !== undefined;
  if (!withArchive && !withKafka) {
    throw new UserError(
      "there is nothing to compare the rows with: the connection has neither a vault nor a Kafka " +
        `that --sources ${sources} may use. A proof against nothing would always be green.`,
    );
  }
  const lines = options.lines ?? [...new Set([line, "main"])];
  const until =
    options.archivedUntil !== undefined
      ? new Date(options.archivedUntil)
      : withArchive
        ? await readsUntil(connection, "main")
        : undefined;
  return {
    clickhouse,
    ...(withArchive
      ? {
          archive: {
            store,
            vault,
            lines,
            ...(until === undefined ? {} : { until }),
          },
        }
      : {}),
    ...(withKafka
      ? {
          kafka: {
            connection: kafka,
            live: await takeLiveTopic(
              clickhouse,
              kafka,
              {
                waitSeconds: options.waitSeconds,
                stallSeconds: options.stallSeconds,
                signal: context.signal,
              },
              context,
            ),
          },
        }
      : {}),
    since: new Map(options.since.map((cut) => [identityKey(cut), cut.contiguous])),
    deep,
    derivedWaitSeconds,
    atLeast,
    reporter: context,
    signal: context.signal,
  };
}

/** What a proof of these options leaves out; undefined when it leaves out nothing. */
export function partOf(
  { vault, kafka }: Pick<Connection, "vault" | "kafka">,
  { sources, since, lines, archivedUntil }: z.infer<typeof params>,
): string | undefined {
  if (sources === "kafka" && vault !== undefined) return "the archive was left out";
  if (sources === "archive" && kafka !== undefined) return "Kafka was left out";
  if (since.length > 0) return "only what lies above a cut was proven";
  if (lines !== undefined || archivedUntil !== undefined)
    return "a part of the archive was left out";
  return undefined;
}

/**
 * The age of the last proof is what `status` judges readiness by: a green one of a part must not pass
 * for the whole. A red one is red whatever it left out.
 */
async function announce(
  connection: Connection,
  result: ProofResult,
  part: string | undefined,
  context: Context,
): Promise<void> {
  const { control, line, epoch, stack } = connection;
  if (control === undefined) return;
  if (part !== undefined && result.ok) {
    context.progress(`${part}: \`status\` goes on judging by the last proof of the whole`);
    return;
  }
  const { partitions: _, ...summary } = result;
  try {
    await withControl(control, (store) =>
      store.write(keys.announcement(line, "proof"), asJson({ stack, epoch, ...summary })),
    );
  } catch (error) {
    context.warn(`the proof was not announced to the control bucket: ${String(error)}`);
  }
}
