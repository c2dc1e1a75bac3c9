import { randomUUID } from "node:crypto";
import pg from "pg";
import { readRecords } from "../../scripts/archive/objects.ts";
import { ClickHouse } from "../../scripts/clickhouse/client.ts";
import { connectionSchema, requireParts } from "../../scripts/connection.ts";
import { kafkaJs } from "../../scripts/kafka/client.ts";
import { ObjectStore } from "../../scripts/vault/s3.ts";
import type { StandInProject } from "../standins/project.ts";
import { accountKeys } from "./keys.ts";
import type { Hosts } from "./regions.ts";
import type { RegionS3 } from "./s3.ts";

/** A stack as its outputs say that it is reached. */
export type Reached = ReturnType<typeof requireParts<"kafka" | "clickhouse" | "postgres">>;

/** Names that its cluster alone knows are replaced by their addresses. */
export async function reach(
  project: StandInProject,
  stack: string,
  hosts: Hosts,
): Promise<Reached> {
  const found = requireParts(connectionSchema.parse(await project.output(stack, "connection")), [
    "kafka",
    "clickhouse",
    "postgres",
  ]);
  const url = new URL(found.clickhouse.url);
  url.hostname = hosts.addressOf(url.hostname);
  return { ...found, clickhouse: { ...found.clickhouse, url: url.href.replace(/\/$/, "") } };
}

/** Teams 1 to `count`: events of a team that PostgreSQL does not know are quarantined by a recovery. */
export async function makeTeams({ postgres }: Reached, count: number): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  try {
    await client.query(
      `WITH made AS (INSERT INTO posthog_organization (name) VALUES ('acme') RETURNING id)
       INSERT INTO posthog_team (organization_id, api_token, name)
       SELECT made.id, 'token of ' || n, 'team ' || n FROM made, generate_series(1, $1::int) AS n`,
      [count],
    );
  } finally {
    await client.end();
  }
}

/** As producers do: by their own login, acknowledged by all replicas. @param sent gets their uuids */
export async function send({ kafka }: Reached, count: number, sent: Set<string>): Promise<void> {
  const { username = "", password = "" } = kafka.producer ?? {};
  const producer = kafkaJs(kafka, { kind: "scram", username, password }, "producer").producer();
  await producer.connect();
  for (let from = 0; from < count; from += 500) {
    const events = Array.from({ length: Math.min(500, count - from) }, (_, index) => ({
      uuid: randomUUID(),
      event: `event ${String(index % 7)}`,
      properties: JSON.stringify({ index, name: "Zürich → ☃" }),
      timestamp: "2026-01-02 03:04:05.000000",
      team_id: 1 + (index % 5),
      distinct_id: `person ${String(index % 50)}`,
      elements_chain: "",
      created_at: "2026-01-02 03:04:05.000000",
    }));
    await producer.send({
      topic: kafka.topic,
      acks: -1,
      messages: events.map((event) => ({ key: event.distinct_id, value: JSON.stringify(event) })),
    });
    for (const { uuid } of events) sent.add(uuid);
  }
  await producer.disconnect();
}

/** What was sent, against the raw rows: no FINAL, so that a second copy is seen. */
export interface Rows {
  readonly missing: number;
  readonly copies: number;
}

export async function compare({ clickhouse }: Reached, sent: ReadonlySet<string>): Promise<Rows> {
  const client = new ClickHouse(clickhouse);
  try {
    const rows = await client.query<{ uuid: string; copies: string }>(
      `SELECT toString(uuid) AS uuid, count() AS copies FROM ${clickhouse.database}.events GROUP BY uuid`,
    );
    const found = new Map(rows.map(({ uuid, copies }) => [uuid, Number(copies)]));
    return {
      missing: [...sent].filter((uuid) => !found.has(uuid)).length,
      copies: [...sent].filter((uuid) => (found.get(uuid) ?? 0) > 1).length,
    };
  } finally {
    await client.close();
  }
}

/** How many events an archive lacks. */
export async function lacking(s3: RegionS3, bucket: string, sent: ReadonlySet<string>) {
  const { region, endpoint } = s3;
  const store = new ObjectStore({ ...accountKeys, region, endpoint });
  const found = new Set<string>();
  try {
    for await (const { key } of store.list(bucket, "e")) {
      for await (const { value } of readRecords(store, bucket, key)) {
        // The keeper's canaries have none.
        const uuid = /"uuid":"([^"]+)"/.exec(value?.toString() ?? "")?.[1];
        if (uuid !== undefined) found.add(uuid);
      }
    }
  } finally {
    store.close();
  }
  return [...sent].filter((uuid) => !found.has(uuid)).length;
}
