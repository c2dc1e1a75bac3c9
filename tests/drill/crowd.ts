import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Team } from "./producers/events.ts";
import type { FromPeople, PeopleSettings, ToPeople } from "./producers/people.ts";

/** The process that creates teams and persons, seen from the drill. */
export class Crowd {
  readonly #child: ChildProcess;
  readonly #gone: Promise<unknown>;
  committed = 0;
  lastTrouble = "";

  constructor(settings: PeopleSettings, url: string, onTeam: (team: Team) => void) {
    this.#child = fork(fileURLToPath(new URL("producers/people.ts", import.meta.url)), [], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      execArgv: ["--max-old-space-size=64"],
    });
    this.#gone = once(this.#child, "exit");
    this.#child.on("message", (message: FromPeople) => {
      if (message.type === "trouble") {
        this.lastTrouble = message.message;
        return;
      }
      this.committed = message.committed;
      onTeam(message.team);
    });
    this.#tell({ type: "start", settings, url });
  }

  connect(url: string): void {
    this.#tell({ type: "connect", url });
  }

  /** No transactions until the next `connect`. */
  rest(): void {
    this.#tell({ type: "rest" });
  }

  async stop(): Promise<void> {
    this.#tell({ type: "stop" });
    const timer = setTimeout(() => {
      this.kill();
    }, 10_000);
    await this.#gone;
    clearTimeout(timer);
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #tell(message: ToPeople): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}
