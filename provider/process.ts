import { z } from "zod";
import { assertSpec, dataGone, specHash } from "../engines/home.ts";
import type { ProcessSpec } from "../engines/process.ts";
import { remove, restart, start, status, stop } from "../engines/supervisor.ts";
import { UserError } from "../lib/user-error.ts";
import { InitFailed } from "./resource.ts";
import type { CallContext, Created, DiffRequest, DiffResult, Resource } from "./resource.ts";
import { UNKNOWN, changedNames, hasUnknown } from "./values.ts";
import type { Properties } from "./values.ts";

const text = z.string().min(1);
const argv = z.array(z.string()).min(1);

const schema = z.strictObject({
  name: text,
  home: text,
  argv,
  env: z.record(z.string(), z.string()).optional(),
  files: z
    .array(z.strictObject({ path: text, content: z.string(), mode: z.int().optional() }))
    .optional(),
  initialize: z.array(argv).optional(),
  ports: z.record(z.string(), z.int()),
  health: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("tcp"), port: z.int() }),
    z.strictObject({
      kind: z.literal("http"),
      url: z.url(),
      status: z.int().optional(),
      contains: z.string().optional(),
    }),
    z.strictObject({ kind: z.literal("file"), path: text }),
    z.strictObject({ kind: z.literal("command"), argv }),
  ]),
  startTimeoutSeconds: z.number().positive().optional(),
  stopSignal: z.enum(["SIGTERM", "SIGINT", "SIGQUIT"]).optional(),
  stopTimeoutSeconds: z.number().positive().optional(),
  retainData: z.boolean().optional(),
});

/** Inputs that a running process does not notice: they change without a restart. */
const unnoticed = new Set(["initialize", "retainData"]);

/** `recover:index:Process`: identity is the data in `home`, being alive is a property. */
export const processResource: Resource = {
  check(news) {
    const failures: { property: string; reason: string }[] = [];
    const parsed = schema.safeParse(withoutNulls(news));
    for (const issue of parsed.error?.issues ?? []) {
      const property = String(issue.path[0] ?? issue.code);
      // A value that is not known yet fails every check but is not wrong.
      if (hasUnknown(news[property])) continue;
      failures.push({ property: issue.path.join(".") || property, reason: issue.message });
    }
    if (parsed.success && !hasUnknown(news)) {
      try {
        assertSpec(specOf(news));
      } catch (error) {
        failures.push({ property: "", reason: (error as Error).message });
      }
    }
    return failures;
  },

  async diff({ state, olds, news, refreshing }: DiffRequest, { info, warn }): Promise<DiffResult> {
    const changes = changedNames(olds, news);
    if (changes.includes("home") && !hasUnknown(news["home"])) {
      return { changes, replaces: ["home"], deleteBeforeReplace: true };
    }
    const live = await status(specOf(state).home);
    if (!live.dataPresent) {
      const gone = dataGone(specOf(state));
      if (!refreshing) throw gone;
      warn(gone.message);
      return { changes: [...changes, "alive"] };
    }
    if (!live.alive) {
      changes.push("alive");
      info(`${specOf(state).name} is not running: up starts it again with its data`);
    } else if (live.record?.generation !== state["generation"]) {
      changes.push("generation");
    }
    return { changes };
  },

  async create(news, preview, { signal, progress }): Promise<Created> {
    const id = String(news["home"]);
    if (preview) {
      return { id, outputs: { ...news, alive: true, pid: UNKNOWN, generation: UNKNOWN } };
    }
    const spec = specOf(news);
    progress("starting");
    try {
      return { id, outputs: { ...news, ...running(await start(spec, { signal })) } };
    } catch (error) {
      // Nothing was touched (bad input, a taken port): nothing to remember either.
      const { record } = await status(spec.home);
      if (!record) throw error;
      const outputs = { ...news, alive: false, pid: record.pid, generation: record.generation };
      throw new InitFailed({ id, outputs }, messageOf(error));
    }
  },

  async read(_id, state): Promise<Properties> {
    if (state["home"] === undefined) {
      throw new UserError(
        "a Process cannot be imported: its home tells nothing of its settings. Create it with the " +
          "same home instead: data that is there is kept.",
      );
    }
    const { alive, record } = await status(specOf(state).home);
    return {
      ...state,
      alive,
      ...(record && { pid: record.pid, generation: record.generation }),
    };
  },

  async update({ state, olds, news }, preview, { signal, progress }): Promise<Properties> {
    if (preview) {
      const live = await status(specOf(state).home);
      const restarts = !live.alive || changedNames(olds, news).some((name) => !unnoticed.has(name));
      const known = { pid: live.record?.pid, generation: live.record?.generation };
      return {
        ...news,
        alive: true,
        ...(restarts ? { pid: UNKNOWN, generation: UNKNOWN } : known),
      };
    }
    const former = specOf(state);
    const spec = specOf(news);
    // Only one that never became healthy comes here with another home: a diff replaces it.
    if (former.home !== spec.home) await stop(former.home);
    progress("restarting");
    const expectData = former.home === spec.home;
    return { ...news, ...running(await restart(spec, { signal, expectData })) };
  },

  async delete(_id, state, context): Promise<void> {
    const spec = specOf(state);
    const { record } = await status(spec.home);
    if (record && record.specHash !== specHash(spec)) {
      context.warn(
        `${spec.home} is left as it is: what was started there last (generation ` +
          `${record.generation}) has other settings than this stack gave, so another stack or a ` +
          "person uses it. If nobody does, stop it and remove the folder.",
      );
      return;
    }
    if (spec.retainData === true) {
      await stop(spec);
      const { dataPresent } = await status(spec.home);
      if (dataPresent) context.info(`the data of ${spec.name} is kept in ${spec.home}`);
      return;
    }
    warnOfStrangers(spec, await remove(spec.home), context);
  },
};

function specOf(properties: Properties): ProcessSpec {
  const inputs = { ...properties, alive: null, pid: null, generation: null };
  return withoutNulls(inputs) as unknown as ProcessSpec;
}

function withoutNulls(properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).filter(([, value]) => value !== null && value !== undefined),
  );
}

function running({ pid, generation }: { pid: number; generation: number }): Properties {
  return { alive: true, pid, generation };
}

function warnOfStrangers(spec: ProcessSpec, strangers: string[], { warn }: CallContext): void {
  if (strangers.length === 0) return;
  warn(
    `${spec.home} is left there: other processes have files of it open (${strangers.join(", ")}). ` +
      "End them and remove the folder.",
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
