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
  if (source === undefined) await clickhouse.killQueries(WRITE);
  else {
    await clickhouse.killQueries(writesOf(source));
    await clickhouse.killQueries(TEAM_WRITES);
  }
}
