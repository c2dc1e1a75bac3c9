import type { Reporter } from "../command.ts";
import { Canaries } from "./canaries.ts";
import type { ControlStore } from "./control.ts";
import { currentFence, holder, since } from "./epoch.ts";
import { leaseAgeSeconds, readLease, writeLease, type Clock } from "./lease.ts";
import type { LeaseRecord, Produced } from "./records.ts";

export interface KeeperSettings {
  readonly renewSeconds: number;
  /** How often an event of its own is sent through Kafka, to see its row in ClickHouse. */
  readonly canarySeconds: number;
  /**
   * How long an event of its own may be on its way (a pause for a backup, a restart of ClickHouse)
   * while the lease is still renewed.
   */
  readonly arrivalSeconds: number;
  /** T: the longest time without a renewal before this side stops itself. */
  readonly ttlSeconds: number;
}

export interface KeeperIdentity {
  readonly line: string;
  readonly epoch: number;
  readonly owner: string;
  readonly stack: string;
  readonly region: string;
  readonly clusterId: string;
}

/** What the keeper does to the engines; each call may hang or fail. */
export interface KeeperActions {
  /** Sends a canary event and waits for its row in ClickHouse; seconds that it took. */
  canary(signal: AbortSignal): Promise<number>;
  /** How far producers had written when that was last asked; undefined: it never was. */
  produced(): Produced | undefined;
  /** After every renewal: the other signs of life (PostgreSQL's heartbeat). */
  renewed(lease: LeaseRecord): Promise<void>;
  /**
   * Ends consumption on this side: each part is tried, what failed is thrown. Called again until it works.
   *
   * @param late an earlier try for the same reason has failed, and an `attach` that came after it stays
   * @returns false when nothing was stopped for that
   */
  stopConsuming(why: string, late: boolean): Promise<boolean>;
}

/**
 * Renews the lease while this side demonstrably ingests and holds the line's highest epoch: while
 * events that it sends itself arrive in ClickHouse. When it cannot renew within T, or somebody holds a higher epoch, it stops its own side and says why. It
 * starts nothing again: a later `attach` (which asks the fence first) may, and only when a canary
 * has then arrived is the lease renewed again.
 */
export async function keepLease(
  store: ControlStore,
  me: KeeperIdentity,
  settings: KeeperSettings,
  actions: KeeperActions,
  clock: Clock,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<void> {
  const keeper = new Keeper(store, me, settings, actions, clock, reporter);
  while (!signal.aborted) {
    await keeper.turn();
    await clock.sleep(keeper.pauseMilliseconds, signal);
  }
}

class Keeper {
  #store: ControlStore;
  #me: KeeperIdentity;
  #settings: KeeperSettings;
  #actions: KeeperActions;
  #clock: Clock;
  #reporter: Reporter;
  /**
   * Monotonic time *before* the last renewal was sent: the other side counts from a later one. Of a
   * keeper that was restarted: when its own lease says that it was.
   */
  #renewedAt: number;
  /**
   * T was over before this keeper began, so another side may take over at any time. It goes on for one
   * more T only while it sees, in every turn, that none has.
   */
  #overdue = false;
  #fenceSeen = false;
  #canaries: Canaries;
  /** Only an event that was sent after this moment lets the lease be renewed. */
  #notBefore = Number.NEGATIVE_INFINITY;
  #beating = false;
  /** Unknown until the own lease was read once: a restarted keeper goes on counting. */
  #sequence: number | undefined;
  /** False while this epoch's lease was never written: then nobody counts on it, and nothing was armed. */
  #armed = true;
  /** Why this side was stopped; undefined while it may work. */
  #stoppedBecause: string | undefined;
  #stopDone = false;
  /** A try to stop has failed. Not of a stop for a higher epoch: nothing may undo that one. */
  #late = false;
  #superseded = false;
  #trouble: string | undefined;

  constructor(
    store: ControlStore,
    me: KeeperIdentity,
    settings: KeeperSettings,
    actions: KeeperActions,
    clock: Clock,
    reporter: Reporter,
  ) {
    this.#store = store;
    this.#me = me;
    this.#settings = settings;
    this.#actions = actions;
    this.#clock = clock;
    this.#reporter = reporter;
    this.#renewedAt = clock.monotonic();
    this.#canaries = new Canaries(
      (signal) => actions.canary(signal),
      clock,
      settings.arrivalSeconds,
    );
  }

  /** Until the next turn: never beyond the moment T is over. */
  get pauseMilliseconds(): number {
    const pause = this.#settings.renewSeconds * 1000;
    const left = this.#left;
    return this.#stoppedBecause === undefined && left > 0 ? Math.min(pause, left) : pause;
  }

  /** One try to renew, cut off at the moment T is over, whatever hangs. */
  async turn(): Promise<void> {
    const { ttlSeconds } = this.#settings;
    this.#fenceSeen = false;
    // Only the own lease tells how much of T is left to a keeper that was restarted.
    if (this.#sequence === undefined)
      await this.#within(this.#patience, (cut) => this.#recall(cut));
    // The last try failed and T is over: another one could hang.
    const late = this.#trouble !== undefined && this.#left <= 0 && this.#working;
    if (this.#sequence !== undefined && (!late || this.#overdue)) {
      await this.#within(this.#patience, (cut) => this.#try(cut));
    }
    const over = this.#left <= 0 || (this.#overdue && !this.#fenceSeen);
    if (this.#working && over) {
      this.#decideToStop(
        `the lease could not be renewed for ${ttlSeconds} s ` +
          `(${this.#trouble ?? "no answer"}): another side may take over at any time`,
      );
    }
    await this.#stopIfDecided();
  }

  /** Milliseconds until T is over. */
  get #left(): number {
    return this.#renewedAt + this.#settings.ttlSeconds * 1000 - this.#clock.monotonic();
  }

  /** Milliseconds that a part of a turn may take: when there is no hurry left it still must not hang for ever. */
  get #patience(): number {
    const { ttlSeconds, renewSeconds } = this.#settings;
    return this.#left > 0 ? this.#left : (this.#working ? renewSeconds : ttlSeconds) * 1000;
  }

  /** Whether somebody may count on this side's promise to stop, and it has not stopped yet. */
  get #working(): boolean {
    return this.#stoppedBecause === undefined && this.#armed;
  }

  /** Runs a part of a turn, and goes on without it when it takes too long. */
  async #within(milliseconds: number, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const cut = new AbortController();
    const timeIsUp = this.#clock.sleep(milliseconds, cut.signal).then(() => "late" as const);
    const done = work(cut.signal).then(
      () => "done" as const,
      (error: unknown) => {
        this.#trouble = messageOf(error);
        return "failed" as const;
      },
    );
    const outcome = await Promise.race([done, timeIsUp]);
    cut.abort();
    if (outcome === "late") this.#trouble ??= "no answer";
    if (outcome === "failed" && this.#stoppedBecause === undefined) {
      this.#reporter.warn(`the lease was not renewed: ${this.#trouble ?? "no answer"}`);
    }
  }

  /** What an earlier keeper of this epoch has left: how far its lease counts, and since when. */
  async #recall(signal: AbortSignal): Promise<void> {
    const { line, epoch } = this.#me;
    const earlier = await readLease(this.#store, line, epoch);
    signal.throwIfAborted();
    this.#sequence = earlier?.sequence ?? 0;
    this.#armed = earlier !== undefined;
    if (earlier === undefined) return;
    const age = Math.max(0, leaseAgeSeconds(earlier, this.#clock.now()));
    this.#overdue = age >= this.#settings.ttlSeconds;
    // T is over: what is left is the time in which the fence is seen to be this side's still.
    if (this.#overdue) return;
    this.#renewedAt = Math.min(this.#renewedAt, this.#clock.monotonic() - age * 1000);
    // A restart is no reason to wait less for an event: consuming may be paused, as in a recovery.
    if (earlier.arrivedAt === undefined) return;
    this.#canaries.recall((this.#clock.now() - Date.parse(earlier.arrivedAt)) / 1000);
  }

  async #try(signal: AbortSignal): Promise<void> {
    const highest = await currentFence(this.#store, this.#me.line);
    signal.throwIfAborted();
    if (highest === undefined) {
      throw new Error(`line "${this.#me.line}" has no fence record: \`claim\` never ran`);
    }
    if (highest.epoch !== this.#me.epoch || highest.owner !== this.#me.owner) {
      this.#decideToStop(
        `epoch ${highest.epoch} is held by ${holder(highest)} ${since(highest)}; this side is epoch ` +
          `${this.#me.epoch} of owner ${this.#me.owner}`,
      );
      this.#superseded = true;
      return;
    }
    this.#fenceSeen = true;
    await this.#requireArrivals();
    signal.throwIfAborted();
    const { epoch, owner, stack, region, clusterId } = this.#me;
    const produced = this.#actions.produced();
    const lease: LeaseRecord = {
      epoch,
      owner,
      stack,
      region,
      clusterId,
      renewedAt: new Date(this.#clock.now()).toISOString(),
      ttlSeconds: this.#settings.ttlSeconds,
      renewSeconds: this.#settings.renewSeconds,
      canaryLatencySeconds: Math.round(this.#canaries.latencySeconds * 1000) / 1000,
      arrivedAt: new Date(this.#clock.now() - this.#silentMilliseconds).toISOString(),
      ...(produced === undefined ? {} : { produced }),
      sequence: (this.#sequence ?? 0) + 1,
    };
    this.#sequence = lease.sequence;
    const sent = this.#clock.monotonic();
    await writeLease(this.#store, this.#me.line, lease);
    signal.throwIfAborted();
    this.#renewedAt = sent;
    this.#overdue = false;
    this.#armed = true;
    if (this.#stoppedBecause !== undefined) {
      this.#reporter.progress("events arrive in ClickHouse again: the lease is renewed again");
      this.#stoppedBecause = undefined;
      this.#stopDone = false;
    }
    this.#trouble = undefined;
    this.#beat(lease);
  }

  /**
   * Keeps canaries on their way and refuses while none of them arrives. The first one is waited for,
   * and so is the first after this side was stopped: only then somebody consumes again.
   */
  async #requireArrivals(): Promise<void> {
    const canaries = this.#canaries;
    const { canarySeconds, arrivalSeconds, renewSeconds } = this.#settings;
    const proven = (): boolean =>
      canaries.arrivedAt !== undefined && canaries.arrivedAt >= this.#notBefore;
    canaries.keepSending(proven() ? canarySeconds : renewSeconds);
    if (!proven()) await canaries.landed();
    if (proven() && this.#silentMilliseconds <= (arrivalSeconds + canarySeconds) * 1000) return;
    throw new Error(
      `no event arrives in ClickHouse (${canaries.trouble ?? "the last one sent is on its way"})`,
    );
  }

  /** Since the newest event that has arrived was sent. */
  get #silentMilliseconds(): number {
    const { arrivedAt = Number.NEGATIVE_INFINITY } = this.#canaries;
    return this.#clock.monotonic() - arrivedAt;
  }

  /** Beside the renewals: a PostgreSQL that hangs must not delay them. */
  #beat(lease: LeaseRecord): void {
    if (this.#beating) return;
    this.#beating = true;
    this.#actions
      .renewed(lease)
      .catch((error: unknown) => {
        this.#reporter.warn(`PostgreSQL's heartbeat was not written: ${messageOf(error)}`);
      })
      .finally(() => {
        this.#beating = false;
      });
  }

  #decideToStop(why: string): void {
    if (this.#stoppedBecause === why) return;
    this.#stoppedBecause = why;
    this.#stopDone = false;
    this.#late = false;
    this.#notBefore = this.#clock.monotonic();
    this.#reporter.warn(`this side stops consuming: ${why}`);
  }

  async #stopIfDecided(): Promise<void> {
    if (this.#stoppedBecause === undefined || this.#stopDone) return;
    try {
      const stopped = await this.#actions.stopConsuming(this.#stoppedBecause, this.#late);
      this.#stopDone = true;
      this.#reporter.warn(
        stopped
          ? "this side has stopped: streaming tables dropped, own group permission deleted. To use it " +
              `again: \`npm run dr -- attach --stack ${this.#me.stack}\`, which asks the fence first.`
          : "`attach` has let this side in since: nothing is left to stop",
      );
    } catch (error) {
      this.#late = !this.#superseded;
      this.#reporter.warn(
        `stopping this side is not complete and is tried again: ${messageOf(error)}`,
      );
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
