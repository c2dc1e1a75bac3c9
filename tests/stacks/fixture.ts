import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Kafka, logLevel } from "kafkajs";
import { expect, vi } from "vitest";
import { runCommand } from "../drill/commands.ts";
import { platformOf, type Platform } from "../drill/platform.ts";
import { killBelow, removeFolder } from "../drill/processes.ts";
import { pair } from "../drill/provision.ts";
import { Stack } from "../drill/stack.ts";
import { ask } from "../drill/visible.ts";
import { makeWorkspace, removeWorkspace, type Workspace } from "../drill/workspace.ts";
import { onCleanup } from "../harness/process.ts";

const off = { off: "the test takes its own" };
const team = 1;

/** A folder, state and ports of its own: what another person has on another machine. */
export async function checkout(label: string): Promise<Workspace> {
  const workspace = await makeWorkspace(label);
  onCleanup(async () => {
    await killBelow(workspace.folder);
    await removeWorkspace(workspace);
  });
  return workspace;
}

function settings({ dataDir, portBase }: Workspace) {
  return { dataDir, portBase, fullBackups: off, incrementalBackups: off };
}

/** Stack `local`, up, with team 1 and the given number of events, half of them in a full backup. */
export async function primaryWithEvents(workspace: Workspace, events: number) {
  const stack = new Stack(workspace, "local");
  await stack.init({
    ...settings(workspace),
    replicationLag: { min: "1 second", max: "2 seconds", seed: 1 },
  });
  await bringUp(stack);
  const platform = await platformOf(stack);
  await command(workspace, "team", platform.connection, { name: "Acme" });
  await send(platform, Math.ceil(events / 2));
  await arrived(platform, Math.ceil(events / 2));
  await command(workspace, "backup", platform.backupConnection, { kind: "full" });
  await send(platform, Math.floor(events / 2));
  await arrived(platform, events);
  return { stack, platform };
}

/** Stack `local-dr` of a checkout, paired; `up` is what comes next. */
export async function pairedStandby(workspace: Workspace, primary: Platform): Promise<Stack> {
  const stack = new Stack(workspace, "local-dr");
  await pair(stack, settings(workspace), primary);
  return stack;
}

export async function bringUp(stack: Stack): Promise<Platform> {
  const { ok, said } = await stack.up();
  if (!ok) throw new Error(`pulumi up --stack ${stack.name} failed:\n${said}`);
  return platformOf(stack);
}

/** A command of the CLI that must be clean. */
export async function command(
  workspace: Workspace,
  name: string,
  connection: unknown,
  params: Readonly<Record<string, unknown>> = {},
): Promise<unknown> {
  const { exitCode, result, said } = await runCommand(workspace, name, connection, params).ended;
  if (exitCode !== 0) throw new Error(`${name} ended with ${exitCode}:\n${said}`);
  return result;
}

/** Events of team 1 with the producer's login, acknowledged by all replicas. */
export async function send({ kafka: target }: Platform, count: number): Promise<void> {
  const { username, password, topic } = target;
  const kafka = new Kafka({
    brokers: target.bootstrap.split(","),
    sasl: { mechanism: "scram-sha-512", username, password },
    logLevel: logLevel.NOTHING,
  });
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  try {
    await producer.send({
      topic,
      acks: -1,
      messages: Array.from({ length: count }, (_, index) => ({
        key: `user-${index % 7}`,
        value: JSON.stringify({
          uuid: randomUUID(),
          event: "page view",
          properties: "{}",
          timestamp: new Date().toISOString(),
          team_id: team,
          distinct_id: `user-${index % 7}`,
        }),
      })),
    });
  } finally {
    await producer.disconnect();
  }
}

/** Events of team 1 that the read-only login counts. */
export async function count(platform: Platform): Promise<number | undefined> {
  return ask(platform, `SELECT count() FROM ${platform.eventsTable} WHERE team_id = ${team}`);
}

/** Waits until just so many events are there. */
export async function arrived(platform: Platform, events: number): Promise<void> {
  await vi.waitFor(
    async () => {
      expect(await count(platform)).toBe(events);
    },
    { timeout: 60_000, interval: 200 },
  );
}

/** Long enough for the archiver's flush and the replicator's largest lag. */
export async function replicated(): Promise<void> {
  await sleep(12_000);
}

/** The disaster: `kill -9` of everything in region east, its folder deleted. */
export async function loseRegion(workspace: Workspace): Promise<void> {
  const region = join(workspace.dataDir, "east");
  await killBelow(region);
  await removeFolder(region);
}
