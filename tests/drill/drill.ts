import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "../../engines/proc.ts";
import type { Archived } from "../checker/archive.ts";
import { runCommand } from "./commands.ts";
import { Crowd } from "./crowd.ts";
import { holdAt, processesOf, strike, type Struck } from "./disaster.ts";
import type { DrillOptions } from "./options.ts";
import { Timeline, type Stretch } from "./phases.ts";
import { planOf, type Plan } from "./plan.ts";
import { platformOf, type Platform } from "./platform.ts";
import { killBelow, signal, type Found } from "./processes.ts";
import { Fleet } from "./producers/fleet.ts";
import type { Progress } from "./progress.ts";
import { configurePrimary, configureStandby, halfRecovered } from "./provision.ts";
import { Stack } from "./stack.ts";
import { heldByVault } from "./vault-copy.ts";
import { firstVisible, settled } from "./visible.ts";
import type { Workspace } from "./workspace.ts";
import { zombieRows } from "./zombie.ts";

/** What happened, for the checker, the verdict and the report. */
export interface DrillRecord {
  readonly plan: Plan;
  readonly momentReached: boolean;
  readonly struck: Struck;
  /** clickhouse-lost: rows of the old server just before it was cut off. */
  readonly rowsAtCut: number;
  readonly before: Platform;
  readonly after: Platform;
  readonly timeline: Timeline;
  readonly ackLogs: readonly string[];
  readonly peopleLog: string;
  /** What producers and clients counted themselves: their logs may not hold less. */
  readonly counted: { readonly events: number; readonly transactions: number };
  /** Milliseconds since 1970: a new event was visible, and the recovery's proof was green; or it gave up. */
  readonly recoveredAt: number;
  readonly backups: readonly unknown[];
  /** region-lost: what the vault's copy of the archive held when the disaster struck. */
  readonly archived: Archived | null;
  /** Runs of `pulumi up` that the recovery took. */
  readonly attempts: number;
  /** The last `prove` of our own, after everything has settled. */
  readonly proof: { readonly exitCode: number; readonly result: unknown };
}

/** One drill, from `pulumi up` to the last proof. */
export class Drill {
  readonly #options: DrillOptions;
  readonly #workspace: Workspace;
  readonly #progress: Progress;
  readonly #plan: Plan;
  readonly #timeline = new Timeline();
  readonly #primary: Stack;
  readonly #standby: Stack;
  readonly #region: string;
  readonly #ackLogs: readonly string[];
  readonly #peopleLog: string;
  readonly #backups: unknown[] = [];
  #fleet: Fleet | undefined;
  #crowd: Crowd | undefined;
  #abandoned = false;
  /** Events that were acknowledged when producers were sent to the recovered platform. */
  #resumedAt = 0;
  #zombies: readonly Found[] = [];

  constructor(options: DrillOptions, workspace: Workspace, progress: Progress) {
    this.#options = options;
    this.#workspace = workspace;
    this.#progress = progress;
    this.#plan = planOf(options.seed, options.moment);
    this.#primary = new Stack(workspace, "local");
    this.#standby = new Stack(workspace, "local-dr");
    this.#region = join(workspace.dataDir, "east");
    this.#ackLogs = ["plain", "transactional"].map((name) => join(options.report, `${name}.acks`));
    this.#peopleLog = join(options.report, "transactions.jsonl");
  }

  /** Everything up to a recovered, settled platform whose producers rest. */
  async run(): Promise<DrillRecord> {
    const before = await this.#provision();
    const fleet = this.#startProducers(before);
    await this.#load(before, fleet);
    const disaster = await this.#disaster(before, fleet);
    const archived = await heldByVault(before, this.#options, this.#progress);
    const { after, attempts, finished } = await this.#recover(before);
    const recoveredAt = finished ? await this.#resume(after, fleet) : await this.#observe();
    const proof = finished ? await this.#settle(before, after, fleet) : await this.#giveUp(fleet);
    return {
      plan: this.#plan,
      ...disaster,
      before,
      after,
      timeline: this.#timeline,
      ackLogs: this.#ackLogs,
      peopleLog: this.#peopleLog,
      counted: { events: fleet.acknowledged, transactions: this.#crowd?.committed ?? 0 },
      recoveredAt,
      backups: this.#backups,
      archived,
      attempts,
      proof,
    };
  }

  get stretches(): readonly Stretch[] {
    return this.#timeline.stretches;
  }

  /** Ends every process of this drill, in any state. */
  async stop(): Promise<void> {
    this.#abandoned = true;
    this.#primary.kill();
    this.#standby.kill();
    this.#fleet?.kill();
    this.#crowd?.kill();
    await killBelow(this.#workspace.folder);
    // Cut off on purpose: nothing but its pid finds a zombie.
    signal(this.#zombies.filter(isAlive), "SIGKILL");
  }

  async #provision(): Promise<Platform> {
    this.#progress.heading("pulumi up --stack local: the platform with its protection");
    await configurePrimary(this.#primary, this.#options, this.#workspace);
    await this.#timeline.during("provision", () => this.#up(this.#primary, 1));
    const platform = await platformOf(this.#primary);
    if (this.#options.disaster === "region-lost") {
      await configureStandby(this.#standby, this.#options, this.#workspace, platform);
    }
    return platform;
  }

  #startProducers(platform: Platform): Fleet {
    const { seed, events } = this.#options;
    const modes = ["idempotent", "transactional"] as const;
    const fleet = new Fleet(
      this.#ackLogs.map((ackLog, index) => ({
        name: modes[index] ?? "idempotent",
        mode: modes[index] ?? "idempotent",
        seed,
        ackLog,
        batch: 500,
        bigAt: index === 0 ? [100, Math.floor(events / 5), Math.floor(events / 3)] : [],
      })),
      platform.kafka,
    );
    this.#fleet = fleet;
    this.#crowd = new Crowd(
      { seed, log: this.#peopleLog, rate: 7 },
      platform.postgresUrl,
      (team) => {
        fleet.addTeams([team]);
      },
    );
    return fleet;
  }

  /** The load: a full backup, two incrementals and a kill of ClickHouse while events flow. */
  async #load(platform: Platform, fleet: Fleet): Promise<void> {
    const { events, rate, quietSeconds } = this.#options;
    this.#progress.heading(`${events} events at ${rate}/s, with backups while they flow`);
    fleet.pace({ until: events, rate, trickle: Math.max(20, Math.floor(rate / 20)) });
    const plan = this.#plan;
    await this.#acknowledged(fleet, plan.fullBackupAt * events);
    await this.#backup(platform, "full");
    await this.#acknowledged(fleet, plan.firstIncrementalAt * events);
    await this.#backup(platform, "incremental");
    await this.#acknowledged(fleet, plan.clickhouseKillAt * events);
    await this.#killClickHouse();
    await this.#acknowledged(fleet, plan.secondIncrementalAt * events);
    await this.#backup(platform, "incremental");
    await this.#acknowledged(fleet, events);
    await sleep(plan.pauseMilliseconds);
    if (quietSeconds === 0) return;
    this.#progress.line(`producers rest for ${quietSeconds} s`);
    fleet.pace({ until: 0, rate: 1, trickle: 0 });
    await this.#timeline.during("quiet", () => sleep(quietSeconds * 1000));
  }

  async #backup(platform: Platform, kind: "full" | "incremental"): Promise<void> {
    await this.#timeline.during(`${kind} backup`, async () => {
      const { exitCode, result, said } = await runCommand(
        this.#workspace,
        "backup",
        platform.backupConnection,
        { kind },
      ).ended;
      if (exitCode !== 0) throw new Error(`the ${kind} backup failed:\n${said}`);
      this.#backups.push(result);
    });
    this.#progress.line(`${kind} backup taken while events flow`);
  }

  async #killClickHouse(): Promise<void> {
    const [server] = await processesOf(this.#region, "clickhouse");
    if (server === undefined) throw new Error("there is no ClickHouse to kill");
    await killBelow(server.home);
    this.#progress.line("ClickHouse killed mid-ingest; pulumi up brings it back");
    await this.#timeline.during("ClickHouse killed and back", () => this.#up(this.#primary, 1));
  }

  async #disaster(
    platform: Platform,
    fleet: Fleet,
  ): Promise<Pick<DrillRecord, "struck" | "momentReached" | "rowsAtCut">> {
    const { disaster, negative } = this.#options;
    const { moment } = this.#plan;
    const held = await holdAt(moment, this.#workspace, this.#region, platform.backupConnection);
    if (!held.reached) this.#progress.line(`the moment "${moment}" did not come about`);
    const rowsAtCut = disaster === "clickhouse-lost" ? await zombieRows(platform) : 0;
    const struck = await strike(disaster, this.#region);
    // The old keeper is a fence of its own: it stops its ClickHouse when it sees a later epoch.
    if (negative === "skip-fence") {
      signal(await processesOf(this.#region, "lease-keeper"), "SIGKILL");
    }
    this.#zombies = struck.zombies;
    this.#timeline.recovering = true;
    this.#progress.heading(`disaster: ${disaster}, ${moment} (${struck.killed} processes killed)`);
    await held.release();
    if (disaster === "region-lost") fleet.pace({ until: 0, rate: 1, trickle: 0 });
    if (disaster === "region-lost" || disaster === "postgres-lost") this.#crowd?.rest();
    return { struck, momentReached: held.reached, rowsAtCut };
  }

  /** `pulumi up` of the stack that takes over; a second run finishes what a first one could not. */
  async #recover(
    before: Platform,
  ): Promise<{ after: Platform; attempts: number; finished: boolean }> {
    const { disaster, negative } = this.#options;
    const stack = disaster === "region-lost" ? this.#standby : this.#primary;
    if (disaster !== "region-lost") {
      await stack.set({ recoveries: [disaster.slice(0, -"-lost".length)] });
    }
    this.#progress.heading(`pulumi up --stack ${stack.name}`);
    const most = negative === "skip-fence" ? 1 : 2;
    try {
      const attempts = await this.#timeline.during(`pulumi up --stack ${stack.name}`, () =>
        this.#up(stack, most),
      );
      return { after: await platformOf(stack), attempts, finished: true };
    } catch (error) {
      if (negative !== "skip-fence" || this.#abandoned) throw error;
      this.#progress.line(
        `without the fence: ${error instanceof Error ? error.message : "failed"}`,
      );
      return { after: await halfRecovered(stack, before), attempts: 1, finished: false };
    }
  }

  /** Negative control: producers go on for a while, and the zombie takes what they send. */
  async #observe(): Promise<number> {
    this.#timeline.recovering = false;
    const endedAt = Date.now();
    await sleep(10_000);
    return endedAt;
  }

  async #giveUp(fleet: Fleet): Promise<{ exitCode: number; result: unknown }> {
    await this.#stopProducers(fleet);
    return { exitCode: 1, result: "the recovery did not come to its proof" };
  }

  /** Producers go to where the platform is now; the recovery has ended when a new event is visible. */
  async #resume(after: Platform, fleet: Fleet): Promise<number> {
    const { events, rate } = this.#options;
    const provenAt = Date.now();
    const known = new Set(fleet.counts.map(({ lastUuid }) => lastUuid));
    fleet.connect(after.kafka);
    this.#crowd?.connect(after.postgresUrl);
    fleet.pace({ until: Number.MAX_SAFE_INTEGER, rate: Math.min(rate, 2000), trickle: 0 });
    const startAt = fleet.acknowledged;
    this.#resumedAt = startAt;
    const visibleAt = await this.#timeline.during("first new event visible", () =>
      firstVisible(
        after,
        () => fleet.counts.map(({ lastUuid }) => lastUuid).filter((uuid) => !known.has(uuid)),
        60,
      ),
    );
    this.#timeline.recovering = false;
    this.#progress.heading("recovered: new events arrive");
    await this.#acknowledged(fleet, startAt + Math.min(5000, events / 20));
    return Math.max(provenAt, visibleAt);
  }

  async #settle(
    before: Platform,
    after: Platform,
    fleet: Fleet,
  ): Promise<{ exitCode: number; result: unknown }> {
    await this.#stopProducers(fleet);
    // A new cluster holds what was sent since it was connected; the old one holds all.
    const sameCluster = before.kafka.clusterId === after.kafka.clusterId;
    const atLeast = fleet.acknowledged - (sameCluster ? 0 : this.#resumedAt);
    await this.#timeline.during("settle", () => settled(after, atLeast, 90));
    const { exitCode, result } = await this.#timeline.during(
      "prove once more",
      () => runCommand(this.#workspace, "prove", after.connection, { atLeast: 1 }).ended,
    );
    this.#progress.line(`prove: ${exitCode === 0 ? "green" : `exit code ${exitCode}`}`);
    return { exitCode, result };
  }

  /** For good: their logs are complete afterwards. */
  async #stopProducers(fleet: Fleet): Promise<void> {
    await fleet.stop();
    await this.#crowd?.stop();
  }

  async #acknowledged(fleet: Fleet, count: number): Promise<void> {
    let last = fleet.acknowledged;
    let since = Date.now();
    while (fleet.acknowledged < count) {
      if (this.#abandoned) throw new Error("the drill was ended");
      if (fleet.broken) throw new Error("a producer ended by itself");
      if (fleet.acknowledged !== last) {
        last = fleet.acknowledged;
        since = Date.now();
      }
      if (Date.now() - since > 60_000) {
        throw new Error(
          `no event was acknowledged for a minute (${[...fleet.troubles, this.#crowd?.lastTrouble ?? ""].join("; ")})`,
        );
      }
      this.#progress.status(`${fleet.acknowledged} events acknowledged`);
      await sleep(50);
    }
  }

  /** @returns how many runs it took */
  async #up(stack: Stack, most: number): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      const { ok, phases, said } = await stack.up((name) => {
        this.#progress.status(`${stack.name}: ${name}`);
      });
      this.#timeline.add(phases);
      if (ok) return attempt;
      if (attempt >= most || this.#abandoned) {
        throw new Error(`pulumi up --stack ${stack.name} failed:\n${said}`);
      }
      this.#progress.line(`pulumi up failed and is run again:\n${said}`);
    }
  }
}
