import type { Admin } from "@platformatic/kafka";
import { UserError } from "../command.ts";
import type { KafkaConnection } from "../connection.ts";
import { brokerErrorName, groupLogin, type KafkaLogin, settled, withAdmin } from "./client.ts";
import { describeGroup } from "./groups.ts";
import { describeTopic } from "./topics.ts";

export interface Cursor {
  readonly partition: number;
  /** The next offset to consume. */
  readonly offset: number;
}

/** A partition's committed offset; null when the group never committed there. */
export interface CommittedOffset {
  readonly partition: number;
  readonly offset: number | null;
}

/** What ClickHouse's group has committed, for every partition of the topic. */
export async function readGroupOffsets(
  kafka: KafkaConnection,
  login: KafkaLogin = groupLogin(kafka),
): Promise<CommittedOffset[]> {
  return withAdmin(
    kafka,
    async (admin) => {
      const { partitions } = await describeTopic(admin, kafka.topic);
      const committed = await committedOffsets(admin, kafka.group, kafka.topic, partitions.length);
      return partitions.map(({ partition }) => ({
        partition,
        offset: committed.get(partition) ?? null,
      }));
    },
    login,
  );
}

/**
 * Sets where ClickHouse's group resumes, in every partition at once, and reads it back.
 *
 * @throws UserError, with nothing written, while the group has members, when a partition has no
 *   cursor or more than one, or when a cursor lies outside of what the broker holds (a consumer
 *   would then jump to the beginning or the end without a word)
 */
export async function writeGroupOffsets(
  kafka: KafkaConnection,
  cursors: readonly Cursor[],
  login: KafkaLogin = groupLogin(kafka),
): Promise<void> {
  const { group } = kafka;
  const write = async (admin: Admin): Promise<void> => {
    const state = await describeGroup(admin, group);
    if (!state.empty) {
      throw new UserError(
        `the consumer group ${group} is ${state.state} with ${String(state.members.length)} members: ` +
          "moving its cursors under a live consumer loses or doubles events, so nothing was written. " +
          "Fence or stop that consumer first.",
      );
    }
    const { partitions } = await describeTopic(admin, kafka.topic);
    checkCursors(kafka.topic, partitions, cursors);
    await commit(admin, group, kafka.topic, cursors);
    const found = await committedOffsets(admin, group, kafka.topic, partitions.length);
    const wrong = cursors.filter((cursor) => found.get(cursor.partition) !== cursor.offset);
    if (wrong.length > 0) {
      const says = wrong.map(
        ({ partition, offset }) =>
          `${String(partition)}: wrote ${String(offset)}, read ${String(found.get(partition))}`,
      );
      throw new UserError(
        `the cursors of ${group} are not what was written (${says.join("; ")}): somebody else writes ` +
          "them. Find who uses this group, then run this again.",
      );
    }
  };
  await withAdmin(kafka, write, login);
}

/** @throws UserError unless there is exactly one cursor for each partition, within its log */
export function checkCursors(
  topic: string,
  partitions: readonly { partition: number; earliest: number; latest: number }[],
  cursors: readonly Cursor[],
): void {
  const problems = partitions.flatMap(({ partition, earliest, latest }) => {
    const mine = cursors.filter((cursor) => cursor.partition === partition);
    const [cursor] = mine;
    if (cursor === undefined || mine.length > 1) {
      return [`partition ${String(partition)} has ${String(mine.length)} cursors`];
    }
    const inside = Number.isSafeInteger(cursor.offset) && cursor.offset >= earliest;
    return inside && cursor.offset <= latest
      ? []
      : [
          `partition ${String(partition)}: ${String(cursor.offset)} is not within ` +
            `${String(earliest)} to ${String(latest)}`,
        ];
  });
  const known = new Set(partitions.map((each) => each.partition));
  const strangers = cursors.filter((cursor) => !known.has(cursor.partition));
  problems.push(...strangers.map(({ partition }) => `there is no partition ${String(partition)}`));
  if (problems.length > 0) {
    throw new UserError(
      `the cursors do not fit the topic ${topic}, so none was written: ${problems.join("; ")}. ` +
        "A cursor below the log start means that retention has passed it: fill from the archive " +
        "first. One above the end belongs to another cluster or an older topic.",
    );
  }
}

async function commit(
  admin: Admin,
  groupId: string,
  topic: string,
  cursors: readonly Cursor[],
): Promise<void> {
  const partitionOffsets = cursors.map(({ partition, offset }) => ({
    partition,
    offset: BigInt(offset),
  }));
  try {
    await settled(() =>
      admin.alterConsumerGroupOffsets({ groupId, topics: [{ name: topic, partitionOffsets }] }),
    );
  } catch (error) {
    // The broker's own guard, for a member that joined after the look at the group.
    if (["UNKNOWN_MEMBER_ID", "ILLEGAL_GENERATION"].includes(brokerErrorName(error))) {
      throw new UserError(
        `a consumer joined the group ${groupId} just now: the broker refused the new cursors and ` +
          "kept the old ones. Fence or stop that consumer, then run this again.",
      );
    }
    throw error;
  }
}

async function committedOffsets(
  admin: Admin,
  groupId: string,
  topic: string,
  partitions: number,
): Promise<Map<number, number>> {
  const partitionIndexes = Array.from({ length: partitions }, (_, index) => index);
  const [found] = await settled(() =>
    admin.listConsumerGroupOffsets({
      groups: [{ groupId, topics: [{ name: topic, partitionIndexes }] }],
      requireStable: true,
    }),
  );
  const listed = found?.topics.find((each) => each.name === topic)?.partitions ?? [];
  return new Map(
    listed
      .filter((each) => each.committedOffset >= 0n)
      .map((each) => [each.partitionIndex, Number(each.committedOffset)]),
  );
}
