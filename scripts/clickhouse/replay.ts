import { UserError } from "../command.ts";
import type { Reporter } from "../command.ts";
import type { VaultSide } from "../connection.ts";
import { ObjectStore } from "../vault/s3.ts";
import type { ClickHouse } from "./client.ts";
import { collapseDuplicates } from "./collapse.ts";
import { archivedObjects, fillFromArchive } from "./fill-archive.ts";
import type { ArchivedFrom, ArchivedObject } from "./fill-archive.ts";
import { isConsuming } from "./ingest.ts";
import { ARRIVED_TABLES, countArrivals } from "./present.ts";
import type { Source } from "./present.ts";
import { openSegment, segmentBelow, segmentsOf, sumAgain } from "./segments.ts";
import type { Segment } from "./segments.ts";
import { endWrites } from "./writes.ts";

/** One source and, per partition, the first offset that the restored data may lack. */
export interface ReplaySource extends Source {
  /** Ledger's contiguous cut; partitions that are not in it are replayed whole. */
  readonly cuts: ReadonlyMap<number, number>;
}

export interface ReplayResult {
  /** Events that went to `events`. */
  readonly rowsInserted: number;
  readonly objects: number;
  /** Compressed bytes read. */
  readonly bytes: number;
  readonly deadLettered: number;
  readonly quarantined: number;
  /** Second copies of a row that went away; not 0 when an earlier run was killed while it wrote. */
  readonly collapsed: number;
  readonly seconds: number;
}

/**
 * Reads what the archive has and ClickHouse lacks straight into ClickHouse, without Kafka. Only
 * missing identities are inserted, so it can be run again, and goes on after being killed.
 * @throws UserError when one of the sources is being consumed, or an object cannot be read
 */
export async function replay(
  clickhouse: ClickHouse,
  { vault, ...archived }: ArchivedFrom & { readonly vault: VaultSide },
  sources: readonly ReplaySource[],
  reporter: Reporter,
): Promise<ReplayResult> {
  const start = performance.now();
  for (const source of sources) {
    if (!(await isConsuming(clickhouse, source))) continue;
    throw new UserError(
      `ClickHouse consumes topic ${source.topicId} of cluster ${source.clusterId} right now: a replay of it would ` +
        "count what arrives meanwhile wrongly, so nothing was done. Run `detach`, then `replay`, then " +
        "`attach`.",
    );
  }
  for (const source of sources) await endWrites(clickhouse, source);
  const store = new ObjectStore(vault);
  const sum = {
    rowsInserted: 0,
    objects: 0,
    bytes: 0,
    deadLettered: 0,
    quarantined: 0,
    collapsed: 0,
  };
  try {
    for (const source of sources) {
      const wanted = new Map([...source.cuts].map(([partition, from]) => [partition, { from }]));
      const objects = await archivedObjects(store, vault.archive, source, archived, wanted, true);
      reporter.progress(`replay: ${objects.length} objects of cluster ${source.clusterId}`);
      if (objects.length === 0) continue;
      const before = await counts(clickhouse, source);
      const segment = await segmentFor(clickhouse, source, objects);
      await fillFromArchive(clickhouse, vault, segment, objects, wanted, reporter);
      sum.collapsed += await collapseDuplicates(clickhouse, source, source.cuts);
      await sumAgain(clickhouse, segment);
      const after = await counts(clickhouse, source);
      sum.rowsInserted += after.events - before.events;
      sum.deadLettered += after.dead_letters - before.dead_letters;
      sum.quarantined += after.quarantine - before.quarantine;
      sum.objects += objects.length;
      sum.bytes += objects.reduce((total, object) => total + object.size, 0);
    }
  } finally {
    store.close();
  }
  return { ...sum, seconds: (performance.now() - start) / 1000 };
}

/** The segment whose sums are made again afterwards; a source without one gets its first. */
async function segmentFor(
  clickhouse: ClickHouse,
  source: ReplaySource,
  objects: readonly ArchivedObject[],
): Promise<Segment> {
  const partitions = new Set([...objects.map((each) => each.partition), ...source.cuts.keys()]);
  const from = new Map([...partitions].map((each) => [each, source.cuts.get(each) ?? 0]));
  const segments = await segmentsOf(clickhouse, source);
  const found = segmentBelow(segments, from);
  if (found !== undefined) return found;
  const topic = objects[0]?.topic ?? "";
  return openSegment(clickhouse, source, topic, from);
}

type Counts = Record<(typeof ARRIVED_TABLES)[number], number>;

async function counts(clickhouse: ClickHouse, source: Source): Promise<Counts> {
  const result: Counts = { events: 0, dead_letters: 0, quarantine: 0 };
  for (const table of ARRIVED_TABLES) {
    const rows = await countArrivals(clickhouse, source, new Map(), [table]);
    result[table] = rows.reduce((total, { identities }) => total + identities, 0);
  }
  return result;
}
