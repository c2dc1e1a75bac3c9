import { withClickHouse } from "../clickhouse/client.ts";
import { ingestState } from "../clickhouse/ingest.ts";
import type { Connection } from "../connection.ts";
import { groupState } from "../kafka/groups.ts";
import { topicState } from "../kafka/topics.ts";
import { withClient } from "../postgres/client.ts";
import { ObjectStore } from "../vault/s3.ts";
import { memberState } from "../zookeeper/admin.ts";
import type { Check } from "./judge.ts";
import { endpointOf } from "../s3-access.ts";

/** How long one engine may take to answer, ms. */
const answerWithin = 15_000;

/** Asks every engine of the connection at once; one that the connection lacks is not asked. */
export async function checkEngines(connection: Connection): Promise<Check[]> {
  const { kafka, clickhouse, postgres, zookeeper, vault } = connection;
  const probes: [string, (() => Promise<string>) | undefined][] = [
    [
      "kafka",
      kafka &&
        (async () => {
          const topic = await topicState(kafka);
          const group = await groupState(kafka);
          const events = topic.partitions.reduce((n, each) => n + each.latest - each.earliest, 0);
          return `cluster ${topic.clusterId}, ${events} offsets in ${topic.partitions.length} partitions, group ${group.state}`;
        }),
    ],
    [
      "clickhouse",
      clickhouse &&
        (() =>
          withClickHouse(clickhouse, async (server) => {
            const { n } = await server.one<{ n: number }>(
              `SELECT count() AS n FROM ${server.database}.events`,
            );
            if (kafka === undefined) return `${n} rows`;
            const state = await ingestState(server, kafka, await topicState(kafka));
            if (state !== "running") throw new Error(`it does not consume (${state})`);
            return `${n} rows, consumes`;
          })),
    ],
    [
      "postgres",
      postgres &&
        (() =>
          withClient(postgres.url, async (client) => {
            const { rows } = await client.query<{ recovering: boolean }>(
              "SELECT pg_is_in_recovery() AS recovering",
            );
            if (rows[0]?.recovering === true) throw new Error("it still replays WAL");
            return "accepts writes";
          })),
    ],
    [
      "zookeeper",
      zookeeper &&
        (async () => {
          const members = await Promise.all(zookeeper.members.map(memberState));
          return `${members.length} members serve`;
        }),
    ],
    [
      "vault",
      vault &&
        (async () => {
          const store = new ObjectStore(vault);
          try {
            await store.requireBucket(vault.backups);
            await store.requireBucket(vault.archive);
            return endpointOf(vault);
          } finally {
            store.close();
          }
        }),
    ],
  ];
  return Promise.all(
    probes
      .filter((probe): probe is [string, () => Promise<string>] => probe[1] !== undefined)
      .map(([name, ask]) => check(name, ask)),
  );
}

async function check(name: string, ask: () => Promise<string>): Promise<Check> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${answerWithin / 1000} s`));
    }, answerWithin);
  });
  try {
    return { name, ok: true, detail: await Promise.race([ask(), late]) };
  } catch (error) {
    return { name, ok: false, detail: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
