import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ScramLogin } from "../../scripts/kafka/scram.ts";
import { onCleanup, type RunningProcess } from "../harness/process.ts";
import type { Server } from "./clickhouse.ts";
import type { Msk } from "./kafka.ts";
import { accountKeys } from "./keys.ts";
import { KubernetesObjects } from "./kubernetes-objects.ts";
import { Pods } from "./pods.ts";
import type { Rds } from "./postgres.ts";
import { Hosts, type Region } from "./regions.ts";

/** What one stack has made in its region, with what stands behind it. */
export interface Side {
  readonly region: Region;
  /** Names inside of its cluster, which nobody outside knows. */
  readonly hosts: Hosts;
  readonly objects: KubernetesObjects;
  readonly pods: Pods;
  /** Names of service accounts that an IAM role is associated with. */
  readonly accounts: Set<string>;
  readonly secrets: Map<string, ScramLogin>;
  configuration: string;
  parameters: Readonly<Record<string, string>>;
  msk: Msk | undefined;
  rds: Rds | undefined;
  /** By name of the installation, oldest first. */
  readonly clickhouse: Map<string, Server>;
  ensemble: readonly RunningProcess[];
  archiver: RunningProcess | undefined;
}

/** ClickHouse's login, whose secret needs no cluster. */
export async function consumerOf({ secrets }: Side): Promise<ScramLogin> {
  for (let tries = 0; tries < 600; tries++) {
    const found = [...secrets.values()].find(({ username }) => username.startsWith("clickhouse-"));
    if (found !== undefined) return found;
    await sleep(100);
  }
  throw new Error("no secret holds a login of ClickHouse");
}

export function sideOf(
  folder: string,
  stack: string,
  region: Region,
  outside: Hosts,
  endpoint: string,
): Side {
  const hosts = new Hosts(join(folder, `hosts-${stack}`), outside);
  const objects = new KubernetesObjects();
  const accounts = new Set<string>();
  return {
    region,
    hosts,
    objects,
    accounts,
    pods: new Pods({
      hosts: hosts.file,
      objects,
      identities: (account) =>
        accounts.has(account) ? { endpoint, token: `token-of-${account}`, region } : undefined,
    }),
    secrets: new Map(),
    configuration: "",
    parameters: {},
    msk: undefined,
    rds: undefined,
    clickhouse: new Map(),
    ensemble: [],
    archiver: undefined,
  };
}

/** The agent of EKS Pod Identity, on every node: the account's keys for who brings a pod's token. */
export async function serveIdentities(): Promise<string> {
  const server = createServer((request, response) => {
    if (!(request.headers.authorization ?? "").startsWith("token-of-")) {
      response.writeHead(401).end();
      return;
    }
    response.writeHead(200, { "content-type": "application/json" });
    response.end(
      JSON.stringify({
        AccessKeyId: accountKeys.accessKeyId,
        SecretAccessKey: accountKeys.secretAccessKey,
        Token: "session-of-a-pod",
        AccountId: "123456789012",
        Expiration: new Date(Date.now() + 3_600_000).toISOString(),
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onCleanup(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1/credentials`;
}
