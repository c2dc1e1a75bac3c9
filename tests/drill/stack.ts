import { execa, type ResultPromise } from "execa";
import type { Workspace } from "./workspace.ts";

/** One resource at work during an `up`: what a timeline is drawn from. */
export interface Phase {
  readonly name: string;
  readonly type: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
}

export interface UpResult {
  readonly ok: boolean;
  readonly phases: readonly Phase[];
  /** All that `pulumi up` said. */
  readonly said: string;
}

export type Setting = string | number | boolean | object;

export interface StateResource {
  readonly urn: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

interface EngineEvent {
  readonly diagnosticEvent?: { readonly message: string; readonly severity: string };
  readonly resourcePreEvent?: { readonly metadata: EventMetadata };
  readonly resOutputsEvent?: { readonly metadata: EventMetadata };
  readonly resOpFailedEvent?: { readonly metadata: EventMetadata };
}
interface EventMetadata {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
}

/** A stack of the drill, driven by the plain CLI as a person would. */
export class Stack {
  readonly name: string;
  readonly #workspace: Workspace;
  #running: ResultPromise | undefined;

  constructor(workspace: Workspace, name: string) {
    this.#workspace = workspace;
    this.name = name;
  }

  async init(settings: Readonly<Record<string, Setting>>): Promise<void> {
    await this.#pulumi(["stack", "init", this.name]);
    await this.set(settings);
  }

  /** Sets `recover:KEY` of each; objects and lists leaf by leaf, as Pulumi.yaml declares them. */
  async set(settings: Readonly<Record<string, Setting>>): Promise<void> {
    const pairs = leavesOf("recover:", settings).flatMap((leaf) => ["--plaintext", leaf]);
    await this.#pulumi(["config", "set-all", "--stack", this.name, "--path", ...pairs]);
  }

  /** The value goes through stdin: no other process of the machine may read it. */
  async setSecret(key: string, value: string): Promise<void> {
    await this.#pulumi(
      ["config", "set", "--stack", this.name, "--secret", `recover:${key}`],
      value,
    );
  }

  /** `pulumi up`, never asking; `onStart` hears of every resource that is created or changed. */
  async up(onStart: (name: string) => void = () => undefined): Promise<UpResult> {
    const args = ["up", "--stack", this.name, "--yes", "--skip-preview", "--non-interactive"];
    const running = this.#start([...args, "--json"]);
    this.#running = running;
    const events = new EventReader(onStart);
    for await (const line of running) events.take(String(line));
    const result = await running;
    this.#running = undefined;
    return {
      ok: result.exitCode === 0,
      phases: events.close(),
      said: `${events.said}${String(result.stderr)}`,
    };
  }

  /** Another command on this stack, for example `preview`; never asks, never throws. */
  async run(command: string, ...args: readonly string[]): Promise<Pick<UpResult, "ok" | "said">> {
    const result = await this.#start([
      ...[command, "--stack", this.name, "--non-interactive"],
      ...args,
    ]);
    return {
      ok: result.exitCode === 0,
      said: `${String(result.stdout)}${String(result.stderr)}`,
    };
  }

  /** All outputs, secrets in the clear. */
  async outputs(): Promise<Record<string, unknown>> {
    const text = await this.#pulumi([
      "stack",
      "output",
      "--stack",
      this.name,
      "--json",
      "--show-secrets",
    ]);
    return JSON.parse(text) as Record<string, unknown>;
  }

  /** Every resource of the state with its inputs, secrets in the clear. */
  async resources(): Promise<readonly StateResource[]> {
    const text = await this.#pulumi(["stack", "export", "--stack", this.name, "--show-secrets"]);
    const { deployment } = JSON.parse(text) as {
      deployment: { resources?: { urn: string; inputs?: unknown }[] };
    };
    return (deployment.resources ?? []).map(({ urn, inputs }) => ({
      urn,
      inputs: (inSecrets(inputs) ?? {}) as StateResource["inputs"],
    }));
  }

  /** Ends a running `up` at once. */
  kill(): void {
    this.#running?.kill("SIGKILL");
  }

  async #pulumi(args: readonly string[], input = ""): Promise<string> {
    const result = await this.#start(args, input);
    if (result.exitCode !== 0) {
      throw new Error(
        `pulumi ${args.join(" ")} failed:\n${String(result.stderr)}${String(result.stdout)}`,
      );
    }
    return String(result.stdout);
  }

  #start(args: readonly string[], input = ""): ResultPromise {
    const { tools, project, env } = this.#workspace;
    return execa(tools.pulumi, [...args], {
      cwd: project,
      env,
      extendEnv: false,
      input,
      reject: false,
    }) as ResultPromise;
  }
}

/** `recover:lease["ttl"]=15 seconds` and so on: what `pulumi config set-all --path` takes. */
export function leavesOf(prefix: string, settings: object): string[] {
  const nested = !prefix.endsWith(":");
  return Object.entries(settings).flatMap(([key, value]: [string, unknown]) => {
    const step = Array.isArray(settings) ? `[${key}]` : nested ? `["${key}"]` : key;
    const path = `${prefix}${step}`;
    return typeof value === "object" && value !== null
      ? leavesOf(path, value)
      : [`${path}=${String(value)}`];
  });
}

/** A state's values with every secret replaced by what is in it. */
function inSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inSecrets);
  if (typeof value !== "object" || value === null) return value;
  // The engine's envelope of a secret: its plaintext is JSON.
  const { plaintext } = value as { plaintext?: unknown };
  if (typeof plaintext === "string") return inSecrets(JSON.parse(plaintext));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inSecrets(each)]));
}

/** Reads the engine's events, one JSON a line, while they come. */
class EventReader {
  readonly #onStart: (name: string) => void;
  readonly #open = new Map<string, number>();
  readonly #phases: Phase[] = [];
  /** What the engine told a person. */
  said = "";

  constructor(onStart: (name: string) => void) {
    this.#onStart = onStart;
  }

  take(line: string): void {
    if (!line.startsWith("{")) {
      if (line.trim() !== "") this.said += `${line}\n`;
      return;
    }
    const event = JSON.parse(line) as EngineEvent;
    const diagnostic = event.diagnosticEvent;
    if (diagnostic !== undefined && diagnostic.severity !== "debug")
      this.said += diagnostic.message;
    const started = event.resourcePreEvent?.metadata;
    if (started !== undefined && started.op !== "same" && !started.type.startsWith("pulumi:")) {
      this.#open.set(started.urn, Date.now());
      this.#onStart(parts(started.urn).name);
    }
    const ended = (event.resOutputsEvent ?? event.resOpFailedEvent)?.metadata;
    if (ended !== undefined) this.#end(ended.urn);
  }

  /** What was begun and not ended (the `up` failed or was killed) ends now. */
  close(): readonly Phase[] {
    for (const urn of [...this.#open.keys()]) this.#end(urn);
    return this.#phases;
  }

  #end(urn: string): void {
    const startedAt = this.#open.get(urn);
    if (startedAt === undefined) return;
    this.#open.delete(urn);
    this.#phases.push({ ...parts(urn), startedAt, endedAt: Date.now() });
  }
}

function parts(urn: string): { name: string; type: string } {
  const pieces = urn.split("::");
  return { name: pieces.at(-1) ?? urn, type: pieces.at(-2)?.split("$").at(-1) ?? "" };
}
