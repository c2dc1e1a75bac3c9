/**
 * `node failover.ts FOLDER`, inside (`runInside`): prod is made, events flow, its region is lost, dr takes over, and
 * a new prod after it. Writes what it saw to FOLDER/seen.json, and what it does to stderr.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { lostResources } from "../../operations/let-go/lost.ts";
import { readState } from "../../operations/teardown/state.ts";
import { runCleanups } from "../harness/process.ts";
import { StandInProject } from "../standins/project.ts";
import { Account } from "./account.ts";
import {
  consumed,
  pairingOf,
  say,
  secretsShown,
  settingsOf,
  until,
  up,
  type Secrets,
} from "./acts.ts";
import { compare, lacking, makeTeams, reach, send, type Rows } from "./events.ts";
import { failBack, type SeenBack } from "./failback.ts";
import { accountKeys } from "./keys.ts";
import { s3Domain } from "./regions.ts";

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
  readonly back: SeenBack;
  /** Of all acts. */
  readonly secrets: Secrets;
}

async function main(): Promise<Seen> {
  const account = await Account.open({
    folder,
    stacks: { prod: lost, dr: standby },
    control: { region: standby, bucket: `${vault}-${standby}-control` },
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
  const paired = await pairingOf(project, "prod");
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
  const seen = {
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
  };
  const back = await failBack({ account, project, region: lost, standby, vault, sent });
  const vaults = [
    [vault, standby],
    [`${vault}-2`, lost],
  ] as const;
  return { ...seen, back, secrets: await secretsShown(account, vaults) };
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

try {
  await writeFile(join(folder, "seen.json"), JSON.stringify(await main()));
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
} finally {
  await runCleanups();
}
