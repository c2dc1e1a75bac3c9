import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { defineCommand, defineStandaloneCommand, UserError } from "../command.ts";
import type { Command, StandaloneCommand } from "../command.ts";
import { kebab, optionsOf } from "./options.ts";
import { pretty, toJson } from "./pretty.ts";
import { EXIT, runCommand } from "./run.ts";

const connection = {
  platform: "local",
  stack: "local",
  role: "primary",
  region: "east",
  owner: "me",
  epoch: 1,
};

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recover-cli-"));
  await writeFile(join(folder, "connection.json"), JSON.stringify(connection));
  await writeFile(
    join(folder, "input.json"),
    JSON.stringify({ connection, params: { count: 2, name: "file" } }),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(
  command: Command | StandaloneCommand,
  common: Record<string, unknown>,
  params: Record<string, unknown> = {},
) {
  const out: string[] = [];
  const err: string[] = [];
  const files = Object.fromEntries(
    Object.entries(common).map(([name, value]) => [
      name,
      typeof value === "string" && value.endsWith(".json") ? join(folder, value) : value,
    ]),
  );
  const code = await runCommand(command, { common: files, params }, new AbortController().signal, {
    out: (text) => void out.push(text),
    err: (line) => void err.push(line),
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

const count = defineCommand({
  name: "count",
  summary: "Counts",
  params: z.object({ count: z.int().positive().default(1), name: z.string().optional() }),
  run: (link, params, { progress, warn }) => {
    progress("one\n  two");
    warn("three");
    return Promise.resolve({ stack: link.stack, ...params });
  },
  exitCode: (result) => (result.count > 10 ? EXIT.red : EXIT.clean),
}) as unknown as Command;

describe("a command", () => {
  test("takes its parameters from --input, and options override them", async () => {
    const given = { input: "input.json", json: true };
    const { code, out, err } = await run(count, given, { name: "option" });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ stack: "local", count: 2, name: "option" });
    expect(err).toBe("one · two\nwarning: three");
  });

  test("tells people in a table or key by key", async () => {
    const { out } = await run(count, { connection: "connection.json" });
    expect(out).toBe("stack: local\ncount: 1");
  });

  test("that is red ends with 1, prints its result and says so", async () => {
    const { code, out, err } = await run(
      count,
      { connection: "connection.json", json: true },
      { count: 11 },
    );
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ count: 11 });
    expect(err).toContain("error: count is red:\n  stack: local");
    const told = await run(count, { connection: "connection.json" }, { count: 11 });
    expect(told.err).toMatch(/error: count is red; see above$/);
  });

  test.each([
    [{}, {}, /which platform\? Pass --stack NAME/],
    [{ connection: "nowhere.json" }, {}, /nowhere\.json cannot be read/],
    [{ connection: "connection.json" }, { count: "x" }, /--count: Invalid input: expected number/],
    [{ input: "connection.json" }, {}, /is not what is expected/],
  ])("refuses %j %j with 2, one line a field", async (common, params, message) => {
    const { code, out, err } = await run(count, common, params);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(message);
  });

  test("tells a user's error without a stack, a defect with it", async () => {
    const failing = (error: Error) =>
      defineStandaloneCommand({
        name: "fail",
        summary: "Fails",
        params: z.object({}),
        run: () => Promise.reject(error),
      }) as unknown as StandaloneCommand;
    const refused = await run(failing(new UserError("no space left: free some")), {});
    expect(refused).toEqual({ code: 2, out: "", err: "error: no space left: free some" });
    const defect = await run(failing(new TypeError("x is not a function")), {});
    expect(defect.code).toBe(3);
    expect(defect.err).toMatch(/^error: defect: TypeError: x is not a function\n +at /);
  });

  test("that is standalone gets the stack's name and asks for no connection", async () => {
    const standalone = defineStandaloneCommand({
      name: "alone",
      summary: "Alone",
      params: z.object({}),
      run: (stack) => Promise.resolve({ stack }),
    }) as unknown as StandaloneCommand;
    expect((await run(standalone, { stack: "dr", json: true })).out).toBe('{"stack":"dr"}');
  });

  test("that is ready says so by its file", async () => {
    const file = join(folder, "ready");
    const daemon = defineStandaloneCommand({
      name: "serve",
      summary: "Serves",
      daemon: true,
      params: z.object({}),
      run: (_stack, _params, { ready }) => {
        ready();
        return Promise.resolve();
      },
    }) as unknown as StandaloneCommand;
    process.env["RECOVER_READY_FILE"] = file;
    try {
      expect((await run(daemon, {})).code).toBe(0);
      await expect.poll(() => readFile(file, "utf8").catch(() => "")).toBe(`${process.pid}\n`);
    } finally {
      delete process.env["RECOVER_READY_FILE"];
    }
  });
});

test("a daemon with nothing due lives until its signal", async () => {
  const program = `
    import { z } from "zod";
    import { runCommand, stopSignal } from ${JSON.stringify(new URL("run.ts", import.meta.url).href)};
    const signal = stopSignal(() => true);
    const run = () => {
      console.log("idle");
      return new Promise((done) => signal.addEventListener("abort", () => done()));
    };
    const daemon = { name: "idle", summary: "", daemon: true, standalone: true, params: z.object({}), run };
    process.exit(
      await runCommand(daemon, { common: {}, params: {} }, signal, { out() {}, err: console.error }),
    );`;
  const cwd = new URL("../..", import.meta.url);
  const child = execa(process.execPath, ["--input-type=module", "--eval", program], {
    cwd,
    reject: false,
    stdin: "ignore",
  });
  await once(child.stdout, "data");
  await sleep(300);
  expect(child.exitCode).toBeNull();
  child.kill("SIGTERM");
  expect(await child).toMatchObject({ exitCode: 0 });
});

describe("options from a schema", () => {
  test("flags, numbers, choices, lists and JSON", () => {
    const options = optionsOf(
      z.object({
        dryRun: z.boolean().default(false),
        verify: z.boolean().default(true),
        flushSeconds: z.number().default(5).describe("seconds at most"),
        kind: z.enum(["full", "incr"]),
        partitions: z.array(z.int()).default([]),
        at: z.iso.datetime().optional(),
        cursors: z.record(z.string(), z.number()).optional(),
      }),
    );
    expect(options.map((each) => each.flags)).toEqual([
      "--dry-run",
      "--no-verify",
      "--flush-seconds <number>",
      "--kind <choice>",
      "--partitions <value...>",
      "--at <text>",
      "--cursors <json>",
    ]);
    expect(options[2]?.description).toBe("seconds at most (default: 5)");
    expect(options[3]?.description).toBe("(required) (full | incr)");
    expect(options[4]?.parseArg?.("3", [2])).toEqual([2, 3]);
    expect(options[6]?.parseArg?.('{"0":5}', {})).toEqual({ 0: 5 });
  });

  test("a parameter cannot hide an option of every command", () => {
    expect(() => optionsOf(z.object({ stack: z.string() }))).toThrow(/option of every command/);
  });

  test.each([
    ["stack", "stack"],
    ["maxObjectBytes", "max-object-bytes"],
  ])("%s is --%s", (name, flag) => {
    expect(kebab(name)).toBe(flag);
  });
});

describe("results", () => {
  test("for people: tables, nested keys, nothing for what is not there", () => {
    expect(
      pretty({
        id: "a",
        lost: 0,
        none: undefined,
        empty: [],
        rows: [
          { partition: 0, next: 12n },
          { partition: 10, next: null },
        ],
        seconds: 7.945359857000001,
        deep: { ok: true, list: ["x", "y"] },
        each: [
          { id: 1, of: { a: 1 } },
          { id: 2, of: { a: 2 } },
        ],
      }),
    ).toBe(
      [
        "id:      a",
        "lost:    0",
        "empty:   -",
        "rows:",
        "  partition  next",
        "  0          12",
        "  10         -",
        "seconds: 7.945",
        "deep:",
        "  ok:   true",
        "  list: x, y",
        "each:",
        "  - id: 1",
        "    of:",
        "      a: 1",
        "  - id: 2",
        "    of:",
        "      a: 2",
      ].join("\n"),
    );
  });

  test("for programs: big integers keep every digit, nothing is null", () => {
    expect(toJson({ small: 5n, big: 2n ** 63n })).toBe('{"small":5,"big":"9223372036854775808"}');
    expect(toJson(undefined)).toBe("null");
  });
});
