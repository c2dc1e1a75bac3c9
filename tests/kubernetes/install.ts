import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll } from "vitest";
import { cleanUpAfterFile } from "../harness/process.ts";
import { startApiServer, type TestApiServer } from "./api-server.ts";
import type { KubernetesClient, Manifest } from "./client.ts";
import { foundationsOf } from "./manifests.ts";

/**
 * An API server of this file, or of the `describe` around the call, that has what these manifests rest on. It is
 * there when the tests run, and stopped after them: only one runs at a time.
 */
export function serverWith(manifests: readonly Manifest[]): () => TestApiServer {
  cleanUpAfterFile();
  let server: TestApiServer | undefined;
  beforeAll(async () => {
    server = await startApiServer();
    await install(server.client, manifests);
  });
  return () => {
    if (server === undefined) throw new Error("the API server is there in tests alone");
    return server;
  };
}

/**
 * Makes what the other manifests of a stack rest on, for good, and waits until its definitions are served.
 *
 * @throws Error when one is refused, or a definition is not established after 30 s
 */
async function install(client: KubernetesClient, manifests: readonly Manifest[]): Promise<void> {
  for (const manifest of foundationsOf(manifests)) {
    await client.create(manifest);
    if (manifest.kind === "CustomResourceDefinition") await established(client, manifest);
  }
}

async function established(client: KubernetesClient, { metadata: { name } }: Manifest) {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
  const deadline = Date.now() + 30_000;
  for (;;) {
    const { body } = await client.ask({ method: "GET", path });
    const { status } = body as { status?: { conditions?: { type: string; status: string }[] } };
    const conditions = status?.conditions ?? [];
    if (conditions.some((each) => each.type === "Established" && each.status === "True")) return;
    if (Date.now() > deadline)
      throw new Error(`${name} is not established: ${JSON.stringify(body)}`);
    await sleep(50);
  }
}
