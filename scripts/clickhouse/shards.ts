import { UserError } from "../command.ts";
import type { ClickHouse } from "./client.ts";
import { placeComment, structureStatements, tablesOf, type ShardPlace } from "./schema.ts";

/** Runs `work` on every shard at once, and waits for all of them also when one fails: nothing goes on unseen. */
export async function onEveryShard<T>(
  clickhouse: ClickHouse,
  work: (shard: ClickHouse, index: number) => Promise<T>,
): Promise<T[]> {
  const done = await Promise.allSettled(
    clickhouse.shards.map((shard, index) => work(shard, index)),
  );
  const failed = done.find((each) => each.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return done.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
}

/** The places of a connection's servers; undefined for one that holds everything. */
export function placesOf({ connection, shards }: ClickHouse): ShardPlace[] | undefined {
  const { sharded } = connection;
  if (sharded === undefined) return undefined;
  return shards.map((_, index) => ({
    cluster: sharded.cluster,
    number: index + 1,
    count: shards.length,
  }));
}

/**
 * Creates what is missing of the structure, on every shard.
 * @throws UserError when events lie there in another number or order of shards
 */
export async function createStructure(
  clickhouse: ClickHouse,
  { replicated }: { readonly replicated: boolean },
): Promise<void> {
  await assertCluster(clickhouse);
  await assertPlaces(clickhouse);
  const places = placesOf(clickhouse);
  await onEveryShard(clickhouse, async (server, index) => {
    const shard = places?.[index];
    const { database } = server;
    const options = { database, replicated, ...(shard === undefined ? {} : { shard }) };
    for (const statement of structureStatements(options)) await server.run(statement);
  });
}

/**
 * The servers' own list names the same servers in the same order as the connection: where a row goes
 * and where it is looked for must not differ.
 */
async function assertCluster(clickhouse: ClickHouse): Promise<void> {
  const { sharded } = clickhouse.connection;
  if (sharded === undefined) return;
  const me = "hostName() AS host, tcpPort() AS port";
  const ours = await onEveryShard(clickhouse, (shard) =>
    shard.one<{ host: string; port: number }>(`SELECT ${me}`),
  );
  const say = (servers: readonly { host: string; port: number }[]): string =>
    servers.map(({ host, port }) => `${host}:${port}`).join(", ");
  await onEveryShard(clickhouse, async (shard) => {
    const theirs = await shard.query<{ host: string; port: number }>(
      `SELECT ${me} FROM cluster({cluster: String}, system.one) ORDER BY _shard_num`,
      { cluster: sharded.cluster },
    );
    if (say(theirs) === say(ours)) return;
    throw new UserError(
      `the ClickHouse server at ${shard.connection.url} lists the shards of its cluster "${sharded.cluster}" as ` +
        `${say(theirs)}, and the connection as ${say(ours)}: events would be looked for where they are not. ` +
        "Nothing was changed. Correct the one or the other (`pulumi up` renders both).",
    );
  });
}

/**
 * What is there was spread over as many servers, in the same order.
 * @throws UserError when it was not
 */
export async function assertPlaces(clickhouse: ClickHouse): Promise<void> {
  const places = placesOf(clickhouse);
  await onEveryShard(clickhouse, async (server, index) => {
    const place = places?.[index];
    const wanted = place === undefined ? "one server" : placeComment(place).replaceAll("'", "");
    const found = await server.query<{ name: string; comment: string }>(
      `SELECT name, comment FROM system.tables
       WHERE database = {database: String} AND has({names: Array(String)}, name)`,
      { database: server.database, names: identityNames },
    );
    for (const { name, comment } of found) {
      const is = comment.startsWith("shard ") ? comment : "one server";
      if (is === wanted) continue;
      throw new UserError(
        `the ClickHouse server at ${server.connection.url} holds ${name} as ${is}, and the connection names it ` +
          `${wanted}: an event that is delivered again would lie in two places, and backups would miss rows. ` +
          `Nothing was changed. Set clickhouse.shards back; shards of a server that holds events cannot be changed.`,
      );
    }
  });
}

const identityNames = tablesOf("idempotent").flatMap((name) => [name, `sharded_${name}`]);

/**
 * Sends what a Distributed table may still hold back to its shard. There is nothing as long as inserts
 * are foreground ones; whoever reads what is stored, or saves it, does not have to believe that.
 */
export async function flushDistributed(clickhouse: ClickHouse): Promise<void> {
  if (!clickhouse.isShard) return;
  await onEveryShard(clickhouse, async (shard) => {
    for (const name of tablesOf("idempotent")) {
      await shard.run(`SYSTEM FLUSH DISTRIBUTED ${shard.database}.${name}`);
    }
  });
}
