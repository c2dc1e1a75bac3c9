import type { Reporter } from "../command.ts";
import type { ControlStore } from "./control.ts";
import { currentFence, holder, since } from "./epoch.ts";
import { readLease, writeLease, type Clock } from "./lease.ts";
import type { LeaseRecord } from "./records.ts";

export interface KeeperSettings {
  readonly renewSeconds: number;
  /** How often a renewal sends an event of its own through Kafka and waits for its row. */
  readonly canarySeconds: number;
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
  /** After every renewal: the other signs of life (PostgreSQL's heartbeat). */
  renewed(lease: LeaseRecord): Promise<void>;
  /** Ends consumption on this side: each part is tried, what failed is thrown. Called again until it works. */
  stopConsuming(why: string): Promise<void>;
}

/**
 * Renews the lease while this side demonstrably ingests and holds the line's highest epoch. When it
 * cannot renew within T, or somebody holds a higher epoch, it stops its own side and says why. It
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
    await clock.sleep(settings.renewSeconds * 1000, signal);
  }
}

class Keeper {
  #store: ControlStore;
  #me: KeeperIdentity;
  #settings: KeeperSettings;
  #actions: KeeperActions;
  #clock: Clock;
  #reporter: Reporter;
  /** Monotonic time *before* the last renewal was sent: the other side counts from a later one. */
  #renewedAt: number;
  #canaryAt = Number.NEGATIVE_INFINITY;
  #canaryLatency = 0;
  /** Unknown until the own lease was read once: a restarted keeper goes on counting. */
  #sequence: number | undefined;
  /** False while this epoch's lease was never written: then nobody counts on it, and nothing was armed. */
  #armed = true;
  /** Why this side was stopped; undefined while it may work. */
  #stoppedBecause: string | undefined;
  #stopDone = false;
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
  }

  /** One try to renew, cut off at the moment T is over, whatever hangs. */
  async turn(): Promise<void> {
    const left = this.#renewedAt + this.#settings.ttlSeconds * 1000 - this.#clock.monotonic();
    const cut = new AbortController();
    // After T is over there is no hurry left; a try still must not hang for ever.
    const patience = left > 0 ? left : this.#settings.ttlSeconds * 1000;
    const timeIsUp = this.#clock
      .sleep(Math.max(0, patience), cut.signal)
      .then(() => "time is up" as const);
    const tried = this.#try(cut.signal).then(
      () => "done" as const,
      (error: unknown) => {
        this.#trouble = messageOf(error);
        return "failed" as const;
      },
    );
    const outcome = await Promise.race([tried, timeIsUp]);
    cut.abort();
    if (outcome === "failed" && this.#stoppedBecause === undefined) {
      this.#reporter.warn(`the lease was not renewed: ${this.#trouble ?? "no answer"}`);
    }
    const silent = this.#clock.monotonic() - this.#renewedAt;
    const over = silent >= this.#settings.ttlSeconds * 1000;
    if (this.#stoppedBecause === undefined && this.#armed && over) {
      this.#decideToStop(
        `the lease could not be renewed for ${this.#settings.ttlSeconds} s ` +
          `(${this.#trouble ?? "no answer"}): another side may take over at any time`,
      );
    }
    await this.#stopIfDecided();
  }

  async #try(signal: AbortSignal): Promise<void> {
    const started = this.#clock.monotonic();
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
      return;
    }
    if (this.#sequence === undefined) {
      const earlier = await readLease(this.#store, this.#me.line, this.#me.epoch);
      this.#armed = earlier !== undefined;
      this.#sequence = earlier?.sequence ?? 0;
    }
    const due = this.#stoppedBecause !== undefined || this.#canaryIsDue(started);
    if (due) {
      this.#canaryLatency = await this.#actions.canary(signal);
      signal.throwIfAborted();
      this.#canaryAt = started;
    }
    const { epoch, owner, stack, region, clusterId } = this.#me;
    const lease: LeaseRecord = {
      epoch,
      owner,
      stack,
      region,
      clusterId,
      renewedAt: new Date(this.#clock.now()).toISOString(),
      ttlSeconds: this.#settings.ttlSeconds,
      renewSeconds: this.#settings.renewSeconds,
      canaryLatencySeconds: Math.round(this.#canaryLatency * 1000) / 1000,
      sequence: this.#sequence + 1,
    };
    this.#sequence = lease.sequence;
    const sent = this.#clock.monotonic();
    await writeLease(this.#store, this.#me.line, lease);
    signal.throwIfAborted();
    this.#renewedAt = sent;
    this.#armed = true;
    if (this.#stoppedBecause !== undefined) {
      this.#reporter.progress("events arrive in ClickHouse again: the lease is renewed again");
      this.#stoppedBecause = undefined;
      this.#stopDone = false;
    }
    this.#trouble = undefined;
    try {
      await this.#actions.renewed(lease);
    } catch (error) {
      this.#reporter.warn(`PostgreSQL's heartbeat was not written: ${messageOf(error)}`);
    }
  }

  #canaryIsDue(now: number): boolean {
    return now - this.#canaryAt >= this.#settings.canarySeconds * 1000;
  }

  #decideToStop(why: string): void {
    if (this.#stoppedBecause === why) return;
    this.#stoppedBecause = why;
    this.#stopDone = false;
    this.#reporter.warn(`this side stops consuming: ${why}`);
  }

  async #stopIfDecided(): Promise<void> {
    if (this.#stoppedBecause === undefined || this.#stopDone) return;
    try {
      await this.#actions.stopConsuming(this.#stoppedBecause);
      this.#stopDone = true;
      this.#reporter.warn(
        "this side has stopped: streaming tables dropped, own group permission deleted. To use it " +
          "again run `pulumi up` on this stack: it asks the fence first.",
      );
    } catch (error) {
      this.#reporter.warn(
        `stopping this side is not complete and is tried again: ${messageOf(error)}`,
      );
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
