/** One box of the recovery graph in the stack output `recoveryDetails`. */
interface Box {
  readonly result: unknown;
}

/**
 * The result of a box, wherever the output keeps it (at the top, or with its boxes in `results`).
 * Undefined when this recovery has no such box.
 */
function box(recovery: unknown, name: string): Record<string, unknown> | undefined {
  if (!isObject(recovery)) return undefined;
  for (const place of [recovery["results"], recovery["boxes"], recovery]) {
    if (!isObject(place)) continue;
    const found = place[name];
    if (!isObject(found)) continue;
    const inner = (found as unknown as Box).result;
    return isObject(inner) ? inner : found;
  }
  return undefined;
}

export interface FenceFacts {
  readonly epoch: number | null;
  readonly kind: string;
  readonly oldPrincipalRefused: boolean | "not-applicable";
  readonly error: string | null;
}

export interface Cursor {
  readonly clusterId: string;
  readonly topic: string;
  readonly partition: number;
  readonly resumeAt: number;
  readonly firstMissing: number | null;
}

/** What the platform itself reports of its recovery. */
export interface RecoveryFacts {
  readonly fence: FenceFacts;
  readonly cursors: readonly Cursor[];
  /** Events and their like that came from the backup and from the archive. */
  readonly fromBackup: number;
  readonly fromArchive: number;
  readonly ledger: string | null;
}

/** Reads the output `recoveryDetails`; a recovery of PostgreSQL or ZooKeeper has none: nothing was fenced. */
export function recoveryFacts(recovery: unknown): RecoveryFacts {
  const fence = box(recovery, "fence");
  const restore = box(recovery, "restore");
  const replay = box(recovery, "replay");
  const cursors = box(recovery, "cursors");
  const attach = box(recovery, "attach");
  const refused = fence?.["oldPrincipalRefused"];
  return {
    fence: {
      epoch: typeof fence?.["epoch"] === "number" ? fence["epoch"] : null,
      kind: typeof fence?.["kind"] === "string" ? fence["kind"] : "none",
      oldPrincipalRefused: typeof refused === "boolean" ? refused : "not-applicable",
      error: typeof fence?.["error"] === "string" ? fence["error"] : null,
    },
    cursors: list(cursors?.["cursors"]) as unknown as Cursor[],
    fromBackup: list(restore?.["tables"])
      .filter((table) => storing.has(String(table["name"])))
      .reduce((sum, table) => sum + count(table["rows"]), 0),
    fromArchive:
      count(replay?.["rowsInserted"]) +
      count(replay?.["deadLettered"]) +
      count(replay?.["quarantined"]) +
      count(cursors?.["filledFromArchive"]) +
      count(attach?.["filledFromArchive"]),
    ledger: typeof restore?.["ledger"] === "string" ? restore["ledger"] : null,
  };
}

const storing = new Set(["events", "dead_letters", "quarantine"]);

function count(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
