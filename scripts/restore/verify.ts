import { withClickHouse } from "../clickhouse/client.ts";
import { compareHashes, hashIdentityTables, hashSums } from "../clickhouse/contenthash.ts";
import type { Reporter } from "../command.ts";
import { type Connection, requireParts } from "../connection.ts";
import { openChain, sourceCuts } from "./ledgers.ts";

export interface VerifyRestoreResult {
  readonly ledger: string | null;
  readonly equal: boolean;
  /** Tables' identity partitions that were compared. */
  readonly compared: number;
  /** Rows below the cut. */
  readonly rows: number;
  /** One line each; empty when equal. */
  readonly differences: readonly string[];
}

/** Compares the content of what was restored with the ledger: "RESTORED" is no proof. */
export async function verifyRestore(
  connection: Connection,
  ledgerId: string | null,
  reporter: Reporter,
): Promise<VerifyRestoreResult> {
  if (ledgerId === null) {
    return { ledger: null, equal: true, compared: 0, rows: 0, differences: [] };
  }
  const {
    clickhouse: link,
    vault,
    trust,
    line,
  } = requireParts(connection, ["clickhouse", "vault"]);
  const tip = (await openChain(vault, line, trust, ledgerId)).at(-1);
  if (tip === undefined) throw new Error("a chain without its tip");
  const expected = tip.clickhouse.contentHashes;
  const found = await withClickHouse(link, async (clickhouse) => [
    ...(await hashIdentityTables(clickhouse, sourceCuts(tip.cut.partitions))),
    ...(await hashSums(clickhouse, tip.cut.segment)),
  ]);
  const differences = compareHashes(expected, found);
  for (const line of differences) reporter.warn(line);
  return {
    ledger: ledgerId,
    equal: differences.length === 0,
    compared: expected.length,
    rows: expected
      .filter(({ clusterId }) => clusterId !== "")
      .reduce((sum, { rows }) => sum + rows, 0),
    differences,
  };
}
