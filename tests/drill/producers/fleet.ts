import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Team } from "./events.ts";
import type { Pace } from "./pace.ts";
import type {
  FromProducer,
  KafkaTarget,
  ProducerCounts,
  ProducerSettings,
  ToProducer,
} from "./protocol.ts";

const none: ProducerCounts = {
  acknowledged: 0,
  aborted: 0,
  inDoubt: 0,
  poison: 0,
  lastAckAt: 0,
  lastUuid: "",
  rssBytes: 0,
};

interface Member {
  readonly settings: ProducerSettings;
  readonly child: ChildProcess;
  counts: ProducerCounts;
  troubles: number;
  lastTrouble: string;
  gone: Promise<unknown>;
}

/** The producers of a drill, as child processes. */
export class Fleet {
  readonly #members: Member[] = [];

  /** `settings[0]` and so on each become a process; they wait for teams and a pace. */
  constructor(settings: readonly ProducerSettings[], target: KafkaTarget) {
    const program = fileURLToPath(new URL("producer.ts", import.meta.url));
    for (const one of settings) {
      const child = fork(program, [], {
        stdio: ["ignore", "ignore", "inherit", "ipc"],
        execArgv: ["--max-old-space-size=160"],
      });
      const member: Member = {
        settings: one,
        child,
        counts: none,
        troubles: 0,
        lastTrouble: "",
        gone: once(child, "exit"),
      };
      child.on("message", (message: FromProducer) => {
        if (message.type === "trouble") {
          member.troubles++;
          member.lastTrouble = message.message;
        } else {
          member.counts = message.counts;
        }
      });
      this.#members.push(member);
      tell(child, { type: "start", settings: one, target });
    }
  }

  get pids(): number[] {
    return this.#members.flatMap(({ child }) => child.pid ?? []);
  }

  get counts(): readonly ProducerCounts[] {
    return this.#members.map(({ counts }) => counts);
  }

  get acknowledged(): number {
    return this.#sum((counts) => counts.acknowledged);
  }

  get inDoubt(): number {
    return this.#sum((counts) => counts.inDoubt);
  }

  /** What went wrong last, by producer: for a person whose drill does not move. */
  get troubles(): string[] {
    return this.#members
      .filter(({ troubles }) => troubles > 0)
      .map(
        ({ settings, troubles, lastTrouble }) =>
          `${settings.name}: ${lastTrouble} (${troubles} times)`,
      );
  }

  /** True when one of them ended by itself. */
  get broken(): boolean {
    return this.#members.some(({ child }) => child.exitCode !== null || child.signalCode !== null);
  }

  addTeams(teams: readonly Team[]): void {
    this.#tell({ type: "teams", teams });
  }

  /** Shares the pace out evenly. */
  pace(pace: Pace): void {
    const share = this.#members.length;
    this.#tell({
      type: "pace",
      pace: {
        until: Math.ceil(pace.until / share),
        rate: pace.rate / share,
        trickle: pace.trickle / share,
      },
    });
  }

  connect(target: KafkaTarget): void {
    this.#tell({ type: "connect", target });
  }

  /** Lets them write what they know and end; kills what has not ended after 12 seconds. */
  async stop(): Promise<void> {
    this.#tell({ type: "stop" });
    const timer = setTimeout(() => {
      this.kill();
    }, 12_000);
    await Promise.all(this.#members.map(({ gone }) => gone));
    clearTimeout(timer);
  }

  kill(): void {
    for (const { child } of this.#members) child.kill("SIGKILL");
  }

  #tell(message: ToProducer): void {
    for (const { child } of this.#members) tell(child, message);
  }

  #sum(part: (counts: ProducerCounts) => number): number {
    return this.#members.reduce((sum, { counts }) => sum + part(counts), 0);
  }
}

function tell(child: ChildProcess, message: ToProducer): void {
  // A child that has just ended closes its channel: `broken` reports it, nobody waits for it here.
  if (child.connected) child.send(message, () => undefined);
}
