import { ClickHouse } from "../../scripts/clickhouse/client.ts";
import type { ConsumerLogin } from "../../scripts/connection.ts";
import { attackByGroup, type Attempt } from "../../scripts/kafka/attack.ts";
import type { StandInProject } from "../standins/project.ts";
import type { Account } from "./account.ts";
import { audit, consumed, pairingOf, say, settingsOf, until, up, type Audit } from "./acts.ts";
import { compare, lacking, reach, send, type Reached, type Rows } from "./events.ts";
import type { Region } from "./regions.ts";

/** What the test judges of the way back. */
export interface SeenBack {
  /** Output `reprotection` of dr. */
  readonly reprotection: Readonly<Record<string, unknown>>;
  readonly acknowledged: number;
  /** Of the new prod, which was to take over without a reason. */
  readonly unreasoned: string;
  readonly rows: Rows;
  readonly recovery: Readonly<Record<string, unknown>>;
  /** Commands of the new prod's Jobs, in the order in which they ended. */
  readonly jobs: readonly string[];
  /** The login that dr's ClickHouse consumes with. */
  readonly formerConsumer: {
    /** A try to join its group at dr's own brokers, which live on: before the takeover, and behind it. */
    readonly before: Attempt;
    readonly after: Attempt;
    /** How many tables of dr's ClickHouse could consume. */
    readonly streaming: number;
    /** What a try at the new prod's brokers ended with. */
    readonly elsewhere: string;
  };
  /** What dr's stack is told afterwards. */
  readonly refused: string;
  readonly again: { readonly exitCode: number; readonly text: string };
  readonly audit: Audit;
}

export interface WayBack {
  readonly account: Account;
  readonly project: StandInProject;
  /** Has answered nothing, and answers again. */
  readonly region: Region;
  readonly standby: Region;
  readonly vault: string;
  readonly sent: Set<string>;
}

/** dr is protected by the region that returned; a new prod of the next generation takes over from it by plan. */
export async function failBack(way: WayBack): Promise<SeenBack> {
  const { account, project, region, standby, vault, sent } = way;
  account.s3(region).answerAgain();
  say(`${region} answers again`);
  await project.configure("dr", { mode: "reprotect", "reprotect.region": region });
  await up(project, "dr");
  account.control = { region, bucket: `${vault}-2-${region}-control` };
  const dr = await reach(project, "dr", account.side("dr").hosts);
  const later = new Set<string>();
  await send(dr, 1000, later);
  for (const uuid of later) sent.add(uuid);
  await until("dr has consumed what came later", () => consumed(dr, sent));
  const archive = `${vault}-2-${region}-archive`;
  await until(`${archive} has that`, () => lacking(account.s3(region), archive, later));
  await account.side("dr").pods.trigger("protection-incremental");
  await account.backUpDatabase("dr");

  await project.run(["stack", "rename", "prod-g1", "--stack", "prod"]);
  account.renew("prod");
  const paired = await pairingOf(project, "dr");
  const own = {
    region,
    standbyRegion: region,
    generation: 2,
    zones: ["a", "b", "c"].map((zone) => `${region}${zone}`),
    network: { create: { cidr: "10.22.0.0/16" } },
    imageOrigin: {
      pullThrough: {
        dockerHubSecretArn: `arn:aws:secretsmanager:${region}:123456789012:secret:ecr-pullthroughcache/hub-AbCdEf`,
      },
    },
    reprotect: { region: standby, vaultName: `${vault}-3` },
  };
  await project.init("prod", { ...own, ...settingsOf(region, paired) }, "dr");
  say("up prod without a reason");
  const { text: unreasoned } = await project.up("prod");
  await project.configure("prod", { takeoverReason: "back by plan" });
  const login = consumerOf(dr);
  const before = await attackByGroup(dr.kafka, login);
  // The last ones before the producers stop.
  await send(dr, 500, sent);
  await up(project, "prod");
  const prod = await reach(project, "prod", account.side("prod").hosts);
  await send(prod, 500, sent);
  await until("the new prod has consumed", () => consumed(prod, sent));
  return {
    reprotection: (await project.output("dr", "reprotection")) as SeenBack["reprotection"],
    acknowledged: sent.size,
    unreasoned,
    rows: await compare(prod, sent),
    recovery: (await project.output("prod", "recovery")) as SeenBack["recovery"],
    jobs: account.side("prod").pods.ran.map(({ command }) => command),
    formerConsumer: {
      before,
      after: await attackByGroup(dr.kafka, login),
      streaming: await streamingTables(dr),
      elsewhere: await attackByGroup(prod.kafka, login).then(
        ({ error }) => error,
        (error: unknown) => String(error),
      ),
    },
    refused: (await project.preview("dr")).text,
    again: await project.run(["preview", "--stack", "prod", "--expect-no-changes"]),
    audit: await audit(account, "prod", prod),
  };
}

function consumerOf({ kafka }: Reached): ConsumerLogin {
  if (kafka.consumer === undefined) throw new Error("the connection has no login of ClickHouse");
  return kafka.consumer;
}

async function streamingTables({ clickhouse }: Reached): Promise<number> {
  const client = new ClickHouse(clickhouse);
  try {
    const { n } = await client.one<{ n: number }>(
      "SELECT count() AS n FROM system.tables WHERE engine = 'Kafka'",
    );
    return n;
  } finally {
    await client.close();
  }
}
