import { readFile } from "node:fs/promises";
import { z } from "zod";
import { pulumi } from "../cli/pulumi.ts";
import { defineStandaloneCommand, UserError } from "../command.ts";
import { runningNode } from "../tunnel/node.ts";
import { holdSession, sessionWords } from "../tunnel/session.ts";
import { postgresTarget } from "../tunnel/target.ts";

const params = z.object({
  to: z.enum(["postgres"]).default("postgres").describe("what is to be reached"),
  name: z
    .string()
    .optional()
    .describe("resource of the database, where there are several, for example postgres-postgres-1"),
  port: z
    .int()
    .min(1024)
    .max(65_535)
    .default(15_432)
    .describe("of this machine; recover:postgres.adminEndpoint is 127.0.0.1 and this port"),
  state: z
    .string()
    .optional()
    .describe("file with what `pulumi stack export` printed; default: asks Pulumi"),
});

export interface TunnelResult {
  readonly host: string;
  readonly port: number;
  readonly node: string;
}

export default defineStandaloneCommand({
  name: "tunnel",
  summary: "Leads a port of this machine to a stack's private PostgreSQL, until it is ended (aws)",
  params,
  daemon: true,
  async run(stack, { name, port, state }, context): Promise<TunnelResult> {
    if (stack === undefined) {
      throw new UserError("whose database? Pass --stack NAME, for example --stack prod.");
    }
    const target = postgresTarget(await stateOf(stack, state), stack, name);
    const node = await runningNode({ region: target.region, cluster: target.cluster });
    context.progress(
      `127.0.0.1:${port} leads to ${target.host}:${target.port} by node ${node}; Ctrl-C ends it`,
    );
    context.ready();
    await holdSession(sessionWords(target, node, port), context.signal);
    return { host: target.host, port: target.port, node };
  },
});

async function stateOf(stack: string, file: string | undefined): Promise<unknown> {
  const text =
    file === undefined
      ? await pulumi(["stack", "export", "--stack", stack], `the state of stack "${stack}"`)
      : await readFile(file, "utf8").catch((error: unknown) => {
          throw new UserError(`${file} cannot be read: ${(error as Error).message}`);
        });
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
