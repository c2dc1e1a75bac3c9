import type { ClickHouse } from "./client.ts";
import type { Source } from "./present.ts";

/**
 * Beginning of the ids of all statements that change stored rows. ClickHouse goes on with a statement
 * whose client was killed, so whoever changes rows ends first what an earlier run left working: both
 * would count the same events.
 */
const WRITE = "recover-write";

/** Of the statements that change one source's rows: those of another may go on beside them. */
export function writesOf({ topicId }: Source): string {
  return `${WRITE}-${topicId}`;
}

/** Of the statements that move whole teams. */
export const TEAM_WRITES = `${WRITE}-teams`;

/**
 * Ends what a killed run left working in the server, and waits until it has ended.
 * @param source whose rows are to be changed. @default everybody's
 */
export async function endWrites(clickhouse: ClickHouse, source?: Source): Promise<void> {
  const [first, ...others] = clickhouse.shards;
  // What a shard does for the first one: ended there it fails the statement as a whole. Once more at the
  // end: the statement may have begun another part of itself meanwhile.
  for (const server of [...others, first, ...others]) {
    if (source === undefined) await server?.killQueries(WRITE);
    else {
      await server?.killQueries(writesOf(source));
      await server?.killQueries(TEAM_WRITES);
    }
  }
}
