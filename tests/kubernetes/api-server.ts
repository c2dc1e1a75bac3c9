import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ProcessSpec } from "../../engines/process.ts";
import { loadTools } from "../../setup/tools.mjs";
import { testAuthority } from "../harness/certificates.ts";
import { freePorts, startProcess, tempHome } from "../harness/process.ts";
import { KubernetesClient } from "./client.ts";

/** A real etcd and a real API server of a test, on 127.0.0.1, in a folder of their own. */
export interface TestApiServer {
  readonly client: KubernetesClient;
  /** For example `v1.35.4`, as it says itself. */
  readonly version: string;
}

/** Token of somebody in `system:masters`. */
const token = "token-of-a-test";

/** Both are ready in seconds on an idle machine, and in minutes on one that is busy with other things. */
const startSeconds = 180;

/**
 * Starts both, and returns once the API server says that it is ready and its own namespaces are there.
 * The cleanup of tests/harness/process.ts stops them.
 *
 * @throws Error when the program is not set up
 */
export async function startApiServer(): Promise<TestApiServer> {
  const { kubernetes: program } = loadTools();
  if (program === undefined) {
    throw new Error(
      "The Kubernetes API server is not set up: it takes minutes to build, so no other command gets it. " +
        "Run `npm run test:kubernetes`, or `npm run setup -- --with kubernetes`.",
    );
  }
  const home = await tempHome("recover-kubernetes");
  const [client = 0, peer = 0, https = 0] = await freePorts(3);
  await startProcess(etcdSpec(program, join(home, "etcd"), { client, peer }));
  const authority = await testAuthority();
  const { certificate, privateKey } = await authority.issue("localhost");
  const accounts = await authority.issue("service accounts");
  await startProcess(
    apiServerSpec(program, join(home, "kube-apiserver"), {
      etcd: client,
      https,
      files: {
        "server.pem": certificate,
        "server-key.pem": privateKey,
        "accounts.pem": accounts.certificate,
        "accounts-key.pem": accounts.privateKey,
        "tokens.csv": `${token},tester,1,system:masters\n`,
      },
    }),
  );
  const api = new KubernetesClient({ url: `https://127.0.0.1:${https}`, ca: authority.ca, token });
  return { client: api, version: await ready(api) };
}

function etcdSpec(
  program: string,
  home: string,
  ports: { readonly client: number; readonly peer: number },
): ProcessSpec {
  const client = `http://127.0.0.1:${ports.client}`;
  const peer = `http://127.0.0.1:${ports.peer}`;
  return {
    name: "test/etcd",
    home,
    argv: [
      program,
      "etcd",
      ...["--data-dir", join(home, "data", "etcd")],
      ...["--listen-client-urls", client, "--advertise-client-urls", client],
      ...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer],
      ...["--initial-cluster", `default=${peer}`],
      // Nothing of it outlives the test.
      "--unsafe-no-fsync",
      ...["--log-level", "warn"],
    ],
    ports: { ...ports },
    health: { kind: "http", url: `${client}/health`, contains: "true" },
    startTimeoutSeconds: startSeconds,
  };
}

function apiServerSpec(
  program: string,
  home: string,
  options: {
    readonly etcd: number;
    readonly https: number;
    readonly files: Readonly<Record<string, string>>;
  },
): ProcessSpec {
  const file = (name: string) => join(home, "conf", name);
  const flags = {
    "etcd-servers": `http://127.0.0.1:${options.etcd}`,
    "bind-address": "127.0.0.1",
    // Else it looks for a network interface of the machine, which may have none.
    "advertise-address": "127.0.0.1",
    "secure-port": options.https,
    "tls-cert-file": file("server.pem"),
    "tls-private-key-file": file("server-key.pem"),
    "cert-dir": join(home, "data"),
    "token-auth-file": file("tokens.csv"),
    "service-account-issuer": "https://kubernetes.test",
    "service-account-key-file": file("accounts.pem"),
    "service-account-signing-key-file": file("accounts-key.pem"),
    "service-cluster-ip-range": "10.96.0.0/16",
    "authorization-mode": "RBAC",
    "endpoint-reconciler-type": "none",
  };
  return {
    name: "test/kube-apiserver",
    home,
    argv: [
      program,
      "kube-apiserver",
      ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
    ],
    files: Object.entries(options.files).map(([name, content]) => ({
      path: `conf/${name}`,
      content,
    })),
    ports: { https: options.https },
    health: { kind: "tcp", port: options.https },
    startTimeoutSeconds: startSeconds,
    stopTimeoutSeconds: 10,
  };
}

/** Waits for `/readyz` and for `kube-system`, which the server makes itself. @returns its version */
async function ready(client: KubernetesClient): Promise<string> {
  const deadline = Date.now() + startSeconds * 1000;
  let last = "nothing";
  for (;;) {
    for (const path of ["/readyz", "/api/v1/namespaces/kube-system"]) {
      const { refusal } = await client.ask({ method: "GET", path });
      last = refusal ?? "";
      if (refusal !== undefined) break;
    }
    if (last === "") break;
    if (Date.now() > deadline)
      throw new Error(`the API server is not ready after ${startSeconds} s: ${last}`);
    await sleep(100);
  }
  const { body } = await client.ask({ method: "GET", path: "/version" });
  return String(body["gitVersion"]);
}
