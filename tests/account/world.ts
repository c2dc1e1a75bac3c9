import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { onCleanup } from "../harness/process.ts";

export type Properties = Readonly<Record<string, unknown>>;

/** What the stand-in of a provider was asked to do for good. */
export interface Told {
  readonly method: "create" | "update" | "delete";
  readonly stack: string;
  readonly type: string;
  readonly name: string;
  /** Of the provider; "" for those that have none. */
  readonly region: string;
  readonly inputs: Properties;
}

/** @returns outputs that only the engine behind it knows, its `id` too; nothing when there are none */
export type Maker = (told: Told) => Promise<Properties | undefined> | Properties | undefined;

/**
 * Makers by type: what the stand-ins of the providers make is made there, with real engines. A type that has no maker
 * stays a record in the state.
 *
 * @returns its address, for STANDIN_WORLD
 */
export async function serveWorld(makers: Readonly<Record<string, Maker>>): Promise<string> {
  const server = createServer((request, response) => {
    const answer = async (): Promise<object> => {
      const told = (await json(request)) as Told;
      const outputs = await makers[told.type]?.(told);
      return { outputs: outputs ?? {} };
    };
    answer().then(
      (found) => response.end(JSON.stringify(found)),
      (error: unknown) => {
        response.end(JSON.stringify({ error: error instanceof Error ? error.message : error }));
      },
    );
  });
  // A recovery takes as long as it takes.
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onCleanup(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
}
