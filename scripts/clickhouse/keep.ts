import { isTransient } from "../archive/transient.ts";
import { rowLockHolder, tryRowLock } from "../backup/lock.ts";
import { UserError, type Context } from "../command.ts";
import { requireParts, type Connection } from "../connection.ts";
import { systemClock } from "../fence/clock.ts";
import { withControl } from "../fence/control.ts";
import { assertEpoch } from "../fence/epoch.ts";
import { holdEpoch } from "../fence/watch.ts";
import { listAcls, principalOf } from "../kafka/acls.ts";
import { topicState } from "../kafka/topics.ts";
import { readAnnouncement } from "../status/announcements.ts";
import { attachIngest, detachIngest } from "./attach.ts";
import { ClickHouse } from "./client.ts";
import { hasStreamingTables, ingestState } from "./ingest.ts";
import { decideKeep, type KeepDecision, type KeepFacts } from "./keep-decision.ts";

type Parts = ReturnType<typeof partsOf>;

function partsOf(connection: Connection) {
  return requireParts(connection, ["clickhouse", "kafka", "control"]);
}

/**
 * Looks after ClickHouse's consumer until the signal: a restarted server has forgotten it (decision 002), and
 * nothing else on AWS notices when a pod is moved. It starts what was wanted, never what somebody stopped.
 *
 * @throws UserError when this side was fenced, or has gone on to another epoch
 */
export async function keepIngest(
  connection: Connection,
  everySeconds: number,
  context: Context,
): Promise<void> {
  const parts = partsOf(connection);
  if (parts.kafka.consumer === undefined) {
    throw new UserError(
      "the connection names no login of ClickHouse (`kafka.consumer`): it cannot be seen whether that may " +
        "consume. Use the stack's own connection.",
    );
  }
  const clickhouse = new ClickHouse(parts.clickhouse);
  let said = "";
  const say = (line: string, how: "progress" | "warn" = "progress"): void => {
    if (line !== said) context[how](line);
    said = line;
  };
  context.ready();
  try {
    while (!context.signal.aborted) {
      await askFence(connection, context);
      try {
        const { attach, because } = await keepOnce(connection, clickhouse, context);
        if (attach || because !== runs.because) say(because);
        else said = "";
      } catch (error) {
        // A server that starts, brokers that are away: looked at again.
        say(
          `ingest cannot be looked after: ${error instanceof Error ? error.message : ""}`,
          "warn",
        );
      }
      await systemClock.sleep(everySeconds * 1000, context.signal);
    }
  } finally {
    await clickhouse.close();
  }
}

/** A fence that cannot be read stops nobody here: nothing is started without having read it. */
async function askFence(connection: Connection, context: Context): Promise<void> {
  try {
    await holdEpoch(connection, context);
  } catch (error) {
    if (!isTransient(error)) throw error;
  }
}

const runs: KeepDecision = { attach: false, because: "it consumes" };

/** One look, and what follows from it. */
export async function keepOnce(
  connection: Connection,
  clickhouse: ClickHouse,
  context: Context,
): Promise<KeepDecision> {
  const parts = partsOf(connection);
  if (await hasStreamingTables(clickhouse)) return runs;
  await assertEpoch(connection);
  const { control, line, owner, kafka, vault } = parts;
  const decision = decideKeep({
    ...(await factsOf(parts, clickhouse)),
    lock: await rowLockHolder(control, line),
  });
  if (!decision.attach) return decision;
  const lock = await tryRowLock(control, line, owner, context, "attach");
  if (lock === undefined) return { attach: false, because: "somebody else was quicker" };
  try {
    // Everything may have changed until the lock was there.
    const again = decideKeep({ ...(await factsOf(parts, clickhouse)), lock: undefined });
    if (!again.attach) return again;
    await lock.confirm();
    await assertEpoch(connection);
    const options = { clickhouse, kafka, line, reporter: context };
    await attachIngest(vault ? { ...options, vault } : options);
    // Settling takes its time: whoever took the epoch meanwhile has no consumer beside them.
    await assertEpoch(connection).catch(async (error: unknown) => {
      await detachIngest(clickhouse, kafka);
      throw error;
    });
    return again;
  } finally {
    await lock.release();
  }
}

async function factsOf(
  { epoch, line, control, kafka }: Parts,
  clickhouse: ClickHouse,
): Promise<Omit<KeepFacts, "lock">> {
  const { consumer, group } = kafka;
  const mine = consumer === undefined ? undefined : principalOf(consumer.name);
  const [topic, acls, wanted] = await Promise.all([
    topicState(kafka),
    listAcls(kafka),
    withControl(control, (store) => readAnnouncement(store, line, "ingest")),
  ]);
  return {
    epoch,
    wanted,
    state: await ingestState(clickhouse, kafka, topic),
    mayConsume: acls.some(
      ({ principal, resourceType, resourceName, operation, permission }) =>
        principal === mine &&
        resourceType === "GROUP" &&
        resourceName === group &&
        operation === "READ" &&
        permission === "ALLOW",
    ),
  };
}
