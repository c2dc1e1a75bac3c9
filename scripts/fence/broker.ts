import { UserError, type Reporter } from "../command.ts";
import type { ConsumerLogin } from "../connection.ts";
import type { Clock } from "./lease.ts";

/** One try to consume with a credential that must not work any more. */
export interface AttackOutcome {
  readonly refused: boolean;
  /** The broker's answer, or what was read. */
  readonly error: string;
}

/** What the fence needs from Kafka. */
export interface BrokerActions {
  /** Whether the cluster answers, and is the one that is meant. */
  answers(): Promise<boolean>;
  /** Takes the permission to use the consumer group away: from that moment no block is committed. */
  revokeGroup(login: ConsumerLogin): Promise<void>;
  /** Whether the group has no member. */
  groupIsEmpty(): Promise<boolean>;
  /** Takes every other permission away. */
  revokeAll(login: ConsumerLogin): Promise<void>;
  /** Tries to consume with this credential, as a member of the group or by assigning partitions. */
  attack(login: ConsumerLogin, how: "group" | "assign"): Promise<AttackOutcome>;
}

export interface BrokerFence {
  readonly oldPrincipalRefused: boolean | "not-applicable";
  readonly error: string | null;
  readonly groupEmptyAfterSeconds: number | null;
}

/** A member that cannot heartbeat leaves after its session timeout: 45 s by librdkafka's default. */
const emptyWithinSeconds = 90;

/** An empty group is looked at twice: between two generations a group is empty for a moment. */
const secondLookSeconds = 2;

/** How long a revoked permission may take to reach every broker. */
const refusedWithinSeconds = 20;

/**
 * Takes every former consumer's permissions away and proves it with their own credentials.
 * @throws UserError when the group keeps members or a credential still works. No permission is ever
 * given back: a fenced consumer that gets its permission back rejoins by itself within seconds.
 */
export async function fenceBroker(
  broker: BrokerActions,
  former: readonly ConsumerLogin[],
  clock: Clock,
  reporter: Reporter,
): Promise<BrokerFence> {
  if (former.length === 0) {
    throw new UserError(
      "the old epoch's consumer cannot be fenced by the broker: its login is not in the connection " +
        "(`kafka.formerConsumers`), so it is not known whose permission to take, nor can it be tried. " +
        "Run this from the stack that made the login.",
    );
  }
  const start = clock.monotonic();
  for (const login of former) {
    await broker.revokeGroup(login);
    reporter.progress(`${login.name} may not use the consumer group any more`);
  }
  const groupEmptyAfterSeconds = await waitEmpty(broker, clock, start, reporter);
  for (const login of former) await broker.revokeAll(login);
  const errors: string[] = [];
  for (const login of former) {
    for (const how of ["group", "assign"] as const) {
      errors.push(await attackUntilRefused(broker, login, how, clock));
      reporter.progress(`attacked as ${login.name} by ${how}: refused`);
    }
  }
  return { oldPrincipalRefused: true, error: errors.join("; "), groupEmptyAfterSeconds };
}

async function waitEmpty(
  broker: BrokerActions,
  clock: Clock,
  start: number,
  reporter: Reporter,
): Promise<number> {
  for (;;) {
    if (await broker.groupIsEmpty()) {
      const seconds = (clock.monotonic() - start) / 1000;
      await clock.sleep(secondLookSeconds * 1000);
      if (await broker.groupIsEmpty()) return Math.round(seconds * 10) / 10;
    }
    const waited = (clock.monotonic() - start) / 1000;
    if (waited > emptyWithinSeconds) {
      throw new UserError(
        `the consumer group still has members ${waited.toFixed(0)} s after the former logins lost it: ` +
          "somebody else consumes with another login. No cursor was moved. See who it is " +
          "(`kafka-consumer-groups.sh --describe --members`), stop it, then run this recovery again.",
      );
    }
    reporter.progress(`waiting until the consumer group is empty (${waited.toFixed(0)} s)`);
    await clock.sleep(500);
  }
}

/** The broker's refusal; a success is only given up on after the brokers had time to learn. */
async function attackUntilRefused(
  broker: BrokerActions,
  login: ConsumerLogin,
  how: "group" | "assign",
  clock: Clock,
): Promise<string> {
  const start = clock.monotonic();
  for (;;) {
    const outcome = await broker.attack(login, how);
    if (outcome.refused) return outcome.error;
    if (clock.monotonic() - start > refusedWithinSeconds * 1000) {
      throw new UserError(
        `the old login ${login.name} can still consume by ${how} (${outcome.error}): the fence does not ` +
          "hold. Nothing was given back and no cursor was moved. Check that the authorizer of every " +
          "broker is on and that no rule allows everybody (`User:*`), then run this recovery again.",
      );
    }
    await clock.sleep(1000);
  }
}
