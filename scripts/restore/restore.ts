import { bulkFolders } from "../backup/bulk.ts";
import { attachAgain, endLeftovers, restoreTables } from "../backup/native.ts";
import { type ClickHouse, withClickHouse } from "../clickhouse/client.ts";
import { collapseDuplicates } from "../clickhouse/collapse.ts";
import { countArrivals } from "../clickhouse/present.ts";
import { DEFINITIONS_SELECT, TABLES, tablesOf } from "../clickhouse/schema.ts";
import { openSegment, sumAgain } from "../clickhouse/segments.ts";
import { assertPlaces, onEveryShard } from "../clickhouse/shards.ts";
import { type Reporter, UserError } from "../command.ts";
import { type Connection, requireParts } from "../connection.ts";
import { failpoint } from "../failpoint.ts";
import { type Ledger, shardCount } from "../ledger/schema.ts";
import { openChain, sourceCuts } from "./ledgers.ts";
import { countRows, emptyTables, readMarkers, requireEmpty, writeMarker } from "./marker.ts";

export interface RestoreResult {
  readonly recoveryId: string;
  /** Null when there is no backup that can be used: everything comes from the archive. */
  readonly ledger: string | null;
  readonly chain: readonly string[];
  /** Rows by table. */
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
  /** Rows of `events`. */
  readonly rows: number;
  /** Of the objects that were read. */
  readonly bytes: number;
  readonly seconds: number;
}

/**
 * Fills the empty tables of a server that has the structure from a backup chain. Killed anywhere, the
 * next run of the same recovery empties what that run wrote and begins again; once done, it says so
 * and changes nothing.
 * @throws UserError when the server holds anything that this recovery has not written itself.
 */
export async function restore(
  connection: Connection,
  recoveryId: string,
  ledgerId: string | null,
  reporter: Reporter,
): Promise<RestoreResult> {
  const {
    clickhouse: link,
    vault,
    trust,
    line,
  } = requireParts(connection, ["clickhouse", "vault"]);
  const started = performance.now();
  const chain = ledgerId === null ? [] : await openChain(vault, line, trust, ledgerId);
  return withClickHouse(link, async (clickhouse) => {
    const markers = await readMarkers(clickhouse);
    const mine = markers.find((marker) => marker.recoveryId === recoveryId);
    if (mine !== undefined && mine.ledger !== (ledgerId ?? "")) {
      throw new UserError(
        `recovery "${recoveryId}" has already begun from ${mine.ledger === "" ? "the archive alone" : `backup ${mine.ledger}`}, ` +
          `and cannot go on from ${ledgerId ?? "the archive alone"}. Nothing was changed. To restore again, ` +
          "destroy this stack (the vault stays) and `pulumi up`: it is then a recovery of its own, into an empty server.",
      );
    }
    if (mine?.phase === "done") {
      reporter.progress(`recovery "${recoveryId}" has restored ${mine.ledger} already`);
      return JSON.parse(mine.result) as RestoreResult;
    }
    const tip = chain.at(-1);
    if (tip !== undefined) requireSameShards(clickhouse, tip);
    await endLeftovers(clickhouse, reporter);
    if (mine === undefined) {
      await assertPlaces(clickhouse);
      await requireEmpty(clickhouse, markers);
      await writeMarker(clickhouse, {
        recoveryId,
        ledger: ledgerId ?? "",
        phase: "started",
        result: "",
      });
    } else {
      reporter.progress("an earlier run was stopped half-way: emptying what it wrote");
      await onEveryShard(clickhouse, (shard, index) =>
        attachAgain(shard, index === 0 ? TABLES.map(({ name }) => name) : tablesOf("idempotent")),
      );
      await emptyTables(clickhouse);
    }
    if (tip === undefined)
      reporter.progress("no backup can be used: everything comes from the archive");
    else await fill(clickhouse, tip, reporter);
    const tables = await countRows(clickhouse);
    const result: RestoreResult = {
      recoveryId,
      ledger: ledgerId,
      chain: chain.map(({ id }) => id),
      tables,
      rows: tables.find(({ name }) => name === "events")?.rows ?? 0,
      bytes: chain.reduce(
        (sum, { objects }) => sum + objects.reduce((all, { size }) => all + size, 0),
        0,
      ),
      seconds: (performance.now() - started) / 1000,
    };
    await writeMarker(clickhouse, {
      recoveryId,
      ledger: ledgerId ?? "",
      phase: "done",
      result: JSON.stringify(result),
    });
    return result;
  });
}

/** Each server's rows go back to a server in the same place: there an event is looked for when it comes again. */
function requireSameShards(clickhouse: ClickHouse, tip: Ledger): void {
  const [saved, here] = [shardCount(tip), clickhouse.shards.length];
  if (saved === here) return;
  throw new UserError(
    `the backup ${tip.id} is of ${saved} ClickHouse ${saved === 1 ? "server" : "shards"}, and here are ${here}: its rows ` +
      "would lie where no second delivery of theirs finds them. Nothing was changed. Set clickhouse.shards to " +
      `${saved} and recover into new servers.`,
  );
}

async function fill(clickhouse: ClickHouse, tip: Ledger, reporter: Reporter): Promise<void> {
  const place = tip.clickhouse.backups.at(-1);
  if (place === undefined) throw new Error(`${tip.id} names no native backup`);
  const disk = clickhouse.connection.backupDisk;
  const tablesIn = (part: "cut" | "bulk"): string[] =>
    tip.clickhouse.tables.filter(({ backup }) => backup === part).map(({ name }) => name);
  await restoreTables(clickhouse, tablesIn("cut"), { disk, path: place.cut }, reporter);
  await failpoint("restore.after-cut");
  const folders = bulkFolders(place);
  await onEveryShard(clickhouse, async (shard, index) => {
    await restoreTables(shard, tablesIn("bulk"), { disk, path: folders[index] ?? "" }, reporter);
    await failpoint("restore.after-shard");
  });
  await failpoint("restore.after-bulk");
  await sumAboveCut(clickhouse, tip);
  await rebuild(clickhouse);
}

/**
 * Rows came along that were consumed while the bulk was saved. The sums of the cut do not have them:
 * they become a segment of their own, so that the cut's segments stay as the ledger has them.
 */
async function sumAboveCut(clickhouse: ClickHouse, tip: Ledger): Promise<void> {
  for (const { topic, next, ...source } of sourceCuts(tip.cut.partitions)) {
    const above = await countArrivals(clickhouse, source, next);
    if (above.every(({ rows }) => rows === 0)) continue;
    await collapseDuplicates(clickhouse, source, next);
    await sumAgain(clickhouse, await openSegment(clickhouse, source, topic, next));
  }
}

/** Tables that are derived from `events` alone. */
async function rebuild(clickhouse: ClickHouse): Promise<void> {
  const { database } = clickhouse;
  await clickhouse.run(
    `INSERT INTO ${database}.event_definitions ${DEFINITIONS_SELECT}
     FROM ${database}.events GROUP BY team_id, event`,
  );
}
