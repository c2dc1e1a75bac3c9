import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { z } from "zod";
import type { CallContext, Created, DiffRequest, DiffResult, Resource } from "./resource.ts";
import { runCommand } from "./run-command.ts";
import { UNKNOWN, changedNames, hasUnknown, secret } from "./values.ts";
import type { Properties } from "./values.ts";

const schema = z.object({
  command: z.string().regex(/^[a-z][a-z0-9-]*$/),
  connection: z.unknown().optional(),
  params: z.record(z.string(), z.unknown()).optional(),
  guard: z.boolean().optional(),
  environment: z.record(z.string(), z.string()).optional(),
  secretResult: z.boolean().optional(),
});

const inputNames = new Set([...Object.keys(schema.shape), "triggers"]);

/** `recover:index:Step`: one run of a command, again when its inputs or triggers change. */
export const stepResource: Resource = {
  check(news) {
    const failures = Object.keys(news)
      .filter((name) => !inputNames.has(name))
      .map((property) => ({
        property,
        reason: `not an input of a Step (those are ${[...inputNames].join(", ")})`,
      }));
    for (const issue of schema.safeParse(news).error?.issues ?? []) {
      const property = String(issue.path[0] ?? "");
      if (!hasUnknown(news[property])) failures.push({ property, reason: issue.message });
    }
    const { command } = news;
    if (typeof command === "string" && command !== UNKNOWN && !commandExists(command)) {
      failures.push({ property: "command", reason: `there is no scripts/commands/${command}.ts` });
    }
    return failures;
  },

  async diff({ olds, news, refreshing, ignored }: DiffRequest, context): Promise<DiffResult> {
    const changes = changedNames(olds, news);
    if (!refreshing && !isDone(ignored)) await guard(news, context);
    return { changes };
  },

  async create(news, preview, context): Promise<Created> {
    if (!preview) {
      const id = `${String(news["command"])}-${randomUUID()}`;
      return { id, outputs: await run(news, context) };
    }
    await guard(news, context);
    return { id: "", outputs: planned(news) };
  },

  read: (_id, state) => Promise.resolve(state),

  update: ({ news }, preview, context) =>
    preview ? Promise.resolve(planned(news)) : run(news, context),

  delete: () => Promise.resolve(),
};

/** A guard refuses an update before anything of it happens; what is not known yet cannot be asked. */
async function guard(news: Properties, context: CallContext): Promise<void> {
  const { command, connection, params, environment } = news;
  if (news["guard"] !== true || hasUnknown([command, connection, params, environment])) return;
  await runCommand(callOf(news), context);
}

/**
 * A step that is there and is done `once` has nothing left to refuse: what it looked at may have expired since, and
 * must not stop a later update.
 */
function isDone(ignored: readonly string[]): boolean {
  return ignored.includes("params");
}

async function run(news: Properties, context: CallContext): Promise<Properties> {
  const startedAt = new Date().toISOString();
  const result = await runCommand(callOf(news), context);
  return {
    ...news,
    result: news["secretResult"] === true ? secret(result) : result,
    startedAt,
    finishedAt: new Date().toISOString(),
  };
}

function planned(news: Properties): Properties {
  return { ...news, result: UNKNOWN, startedAt: UNKNOWN, finishedAt: UNKNOWN };
}

function callOf(news: Properties) {
  const { command, connection, params, environment } = news;
  return {
    command: command as string,
    connection: connection ?? undefined,
    params: params ?? {},
    environment: (environment ?? {}) as Record<string, string>,
  };
}

function commandExists(name: string): boolean {
  return (
    /^[a-z][a-z0-9-]*$/.test(name) &&
    existsSync(new URL(`../scripts/commands/${name}.ts`, import.meta.url))
  );
}
