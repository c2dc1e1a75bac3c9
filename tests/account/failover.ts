/**
 * `node failover.ts FOLDER`, inside (`runInside`): prod is made, events flow, its region is lost, dr takes over. Writes
 * what it saw to FOLDER/seen.json, and what it does to stderr.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lostResources } from "../../operations/let-go/lost.ts";
import { readState } from "../../operations/teardown/state.ts";
import { ClickHouse } from "../../scripts/clickhouse/client.ts";
import { runCleanups } from "../harness/process.ts";
import { StandInProject } from "../standins/project.ts";
import { Account } from "./account.ts";
import { compare, lacking, makeTeams, reach, send, type Reached, type Rows } from "./events.ts";
import { accountKeys } from "./keys.ts";
import { addressOf, s3Domain, type Region } from "./regions.ts";
import { secretsIn } from "./secrets.ts";

const [folder = ""] = process.argv.slice(2);
const lost = "eu-central-1";
const standby = "eu-west-1";
const vault = "acme-recover-7f3a";
const teams = 5;

/** What the test judges. */
export interface Seen {
  readonly acknowledged: number;
  /** After ClickHouse was lost alone, and came back beside the Kafka that lived on. */
  readonly inPlace: {
    /** A preview before the lost server was let go. */
    readonly refusal: string;
    readonly rows: Rows;
    readonly recovery: Seen["recovery"];
  };
  readonly rows: Rows;
  /** The stack's output of that name. */
  readonly recovery: Readonly<Record<string, unknown>>;
  /** Jobs in the order in which they ended. */
  readonly jobs: readonly { readonly stack: string; readonly command: string }[];
  /** Connections to the lost region, before and after somebody asked it on purpose. */
  readonly askedWhenLost: { readonly byUs: number; readonly onPurpose: number };
  /** Calls of services beside S3 in the standby's region. */
  readonly services: readonly string[];
  /** What prod's stack is told afterwards. */
  readonly refused: string;
  /** A preview of dr when it is done. */
  readonly again: { readonly exitCode: number; readonly text: string };
  /** The audit by its CronJob, and again when a row is gone. */
  readonly audit: { readonly green: number; readonly red: string };
  readonly secrets: { readonly known: number; readonly shown: readonly string[] };
}

const say = (what: string) => process.stderr.write(`${new Date().toISOString()} ${what}\n`);

async function main(): Promise<Seen> {
  const account = await Account.open({
    folder,
    stacks: { prod: lost, dr: standby },
    controlRegion: standby,
    controlBucket: `${vault}-${standby}-control`,
  });
  const project = await projectOf(account);
  const sent = new Set<string>();
  await project.init("prod", settingsOf(lost));
  await up(project, "prod");
  let prod = await reach(project, "prod", account.side("prod").hosts);
  await makeTeams(prod, teams);
  await send(prod, 3000, sent);
  await until("prod has consumed", () => consumed(prod, sent));
  await account.side("prod").pods.trigger("protection-incremental");
  await send(prod, 1000, sent);
  await loseClickHouse(account);
  await send(prod, 1000, sent);
  await project.configure("prod", { "recoveries[0]": "clickhouse" });
  const refusal = (await project.preview("prod")).text;
  await letGo(project, "prod");
  await up(project, "prod");
  prod = await reach(project, "prod", account.side("prod").hosts);
  await until("prod has consumed again", () => consumed(prod, sent));
  const inPlace = {
    refusal,
    rows: await compare(prod, sent),
    recovery: (await project.output("prod", "recovery")) as Seen["recovery"],
  };
  await send(prod, 1000, sent);
  await account.backUpDatabase("prod");
  for (const region of [lost, standby] as const) {
    const bucket = `${vault}-${region}-archive`;
    await until(`${bucket} is complete`, () => lacking(account.s3(region), bucket, sent));
  }
  const paired = await pairingOf(project);
  await account.lose("prod");
  say(`${lost} is lost`);

  await project.init("dr", settingsOf(standby, paired));
  await up(project, "dr", { STANDIN_DEAD: lost });
  const dr = await reach(project, "dr", account.side("dr").hosts);
  await send(dr, 500, sent);
  await until("dr has consumed", () => consumed(dr, sent));
  const rows = await compare(dr, sent);
  const byUs = account.s3(lost).askedWhenLost;
  await fetch(`https://${s3Domain(lost)}/`).catch(() => undefined);
  const services = account.services.get(standby) ?? [];
  return {
    acknowledged: sent.size,
    inPlace,
    rows,
    recovery: (await project.output("dr", "recovery")) as Seen["recovery"],
    jobs: ["prod", "dr"].flatMap((stack) =>
      account.side(stack).pods.ran.map(({ command }) => ({ stack, command })),
    ),
    askedWhenLost: { byUs, onPurpose: account.s3(lost).askedWhenLost },
    services: services.map(({ host, action }) => `${host} ${action}`),
    refused: (await project.preview("prod")).text,
    again: await project.run(["preview", "--stack", "dr", "--expect-no-changes"]),
    audit: await audit(account, dr),
    secrets: await secretsShown(account),
  };
}

/** The server and what it held, while Kafka lives on. */
async function loseClickHouse(account: Account): Promise<void> {
  for (const { process } of account.side("prod").clickhouse.values()) {
    process.kill();
    await rm(process.spec.home, { recursive: true, force: true, maxRetries: 3 });
  }
  say("ClickHouse is lost");
}

/** As `npm run let-go` does. */
async function letGo(project: StandInProject, stack: string): Promise<void> {
  const { text } = await project.run(["stack", "export", "--stack", stack]);
  for (const { urn } of lostResources(readState(text, stack), ["clickhouse"])) {
    await project.run(["state", "unprotect", "--stack", stack, "--yes", urn]);
  }
}

async function projectOf(account: Account): Promise<StandInProject> {
  const home = join(folder, "project");
  await mkdir(home);
  return StandInProject.create(home, {
    ownProvider: true,
    env: {
      STANDIN_WORLD: account.address,
      AWS_ACCESS_KEY_ID: accountKeys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: accountKeys.secretAccessKey,
    },
  });
}

/** What is said of a shipped example beside what it says itself. */
function settingsOf(
  region: Region,
  { backupArn, ...paired }: Readonly<Record<string, unknown>> = {},
) {
  return {
    partitions: 6,
    lease: { ttl: "15 seconds", renew: "4 seconds", clockMargin: "3 seconds" },
    archiveFlush: "2 seconds",
    ...paired,
    postgres: {
      // Where a tunnel would end.
      adminEndpoint: `${addressOf(region, "postgres")}:5432`,
      ...(backupArn === undefined ? {} : { backupArn }),
    },
  };
}

/** What `npm run pair` writes into the standby's config. */
async function pairingOf(project: StandInProject): Promise<Record<string, unknown>> {
  const { settings, paths, trust } = (await project.output("prod", "standbyConfig")) as {
    settings: Record<string, unknown>;
    paths: Record<string, string>;
    trust: Record<string, string>;
  };
  return { ...settings, trust, backupArn: paths["postgres.backupArn"] };
}

async function up(
  project: StandInProject,
  stack: string,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  say(`up ${stack}`);
  const { exitCode, text } = await project.up(stack, env);
  if (exitCode !== 0) throw new Error(text);
}

async function consumed(of: Reached, sent: ReadonlySet<string>): Promise<number> {
  return (await compare(of, sent)).missing;
}

/** @param left how much of it is not so yet */
async function until(what: string, left: () => Promise<number>): Promise<void> {
  say(`waiting until ${what}`);
  for (let tries = 0; ; tries++) {
    const missing = await left();
    if (missing === 0) return;
    if (tries > 120) throw new Error(`after two minutes ${String(missing)} are missing: ${what}`);
    await sleep(1000);
  }
}

async function audit(account: Account, dr: Reached): Promise<Seen["audit"]> {
  const { pods } = account.side("dr");
  const { exitCode: green } = await pods.trigger("protection-audit");
  const client = new ClickHouse(dr.clickhouse);
  try {
    await client.run(
      `DELETE FROM ${dr.clickhouse.database}.events
       WHERE uuid = (SELECT min(uuid) FROM ${dr.clickhouse.database}.events)`,
    );
  } finally {
    await client.close();
  }
  const red = await pods.trigger("protection-audit").then(
    () => "",
    (error: unknown) => String(error),
  );
  return { green, red };
}

/** Of all that pods were handed: what turns up in their logs, or in the vault in plain text. */
async function secretsShown(account: Account): Promise<Seen["secrets"]> {
  const sides = ["prod", "dr"].map((stack) => account.side(stack));
  const known = secretsIn(sides.flatMap(({ objects }) => objects.secrets()));
  const places: [string, Buffer][] = [];
  for (const { pods } of sides) {
    for (const { name, log } of pods.ran) places.push([name, Buffer.from(log)]);
    for (const [name, log] of pods.logs) places.push([name, Buffer.from(log)]);
  }
  for (const purpose of ["backups", "archive", "control"]) {
    const bucket = `${vault}-${standby}-${purpose}`;
    places.push([bucket, await account.s3(standby).everything(bucket)]);
  }
  const shown = places.filter(([, bytes]) => known.some((secret) => bytes.includes(secret)));
  return { known: known.length, shown: shown.map(([place]) => place) };
}

try {
  await writeFile(join(folder, "seen.json"), JSON.stringify(await main()));
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
} finally {
  await runCleanups();
}
