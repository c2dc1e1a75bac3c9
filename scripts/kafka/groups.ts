import { setTimeout as sleep } from "node:timers/promises";
import type { Admin } from "@platformatic/kafka";
import { UserError } from "../command.ts";
import type { KafkaConnection } from "../connection.ts";
import { groupLogin, type KafkaLogin, settled, withAdmin } from "./client.ts";

export interface GroupMember {
  readonly id: string;
  readonly clientId: string;
  readonly host: string;
}

export interface GroupState {
  /** The broker's word; a group that never was is `DEAD`. */
  readonly state: "EMPTY" | "DEAD" | "STABLE" | "PREPARING_REBALANCE" | "COMPLETING_REBALANCE";
  readonly members: readonly GroupMember[];
  /** Nobody is in it, nor about to be: its offsets may be written. */
  readonly empty: boolean;
}

/** State and members of ClickHouse's consumer group. */
export async function groupState(
  kafka: KafkaConnection,
  login: KafkaLogin = groupLogin(kafka),
): Promise<GroupState> {
  return withAdmin(kafka, (admin) => describeGroup(admin, kafka.group), login);
}

export async function describeGroup(admin: Admin, group: string): Promise<GroupState> {
  const found = (await settled(() => admin.describeGroups({ groups: [group] }))).get(group);
  if (found === undefined) throw new Error(`the broker does not describe the group ${group}`);
  const members = [...found.members.values()].map((member) => ({
    id: member.id,
    clientId: member.clientId,
    host: member.clientHost,
  }));
  const { state } = found;
  return {
    state,
    members,
    empty: members.length === 0 && (state === "EMPTY" || state === "DEAD"),
  };
}

/**
 * Waits until ClickHouse's group is empty: its last member left, or its session ended.
 *
 * @returns seconds waited
 * @throws UserError with the members that are still in it after the timeout
 */
export async function waitEmpty(
  kafka: KafkaConnection,
  options: {
    /** @default groupLogin */
    readonly login?: KafkaLogin | undefined;
    /** @default 60 */
    readonly timeoutSeconds?: number;
    readonly signal?: AbortSignal;
  } = {},
): Promise<number> {
  const { group } = kafka;
  const timeout = options.timeoutSeconds ?? 60;
  const start = performance.now();
  const wait = async (admin: Admin): Promise<number> => {
    for (;;) {
      const now = await describeGroup(admin, group);
      const waited = (performance.now() - start) / 1000;
      if (now.empty) return waited;
      if (waited > timeout) {
        const who = now.members.map((member) => `${member.clientId} from ${member.host}`);
        throw new UserError(
          `the consumer group ${group} is ${now.state} after ${timeout.toFixed(0)} s, with ` +
            `${who.join(", ") || "no member yet"}: somebody still consumes with it. Stop that consumer, ` +
            "then run this again.",
        );
      }
      await sleep(100, undefined, options.signal ? { signal: options.signal } : {});
    }
  };
  return withAdmin(kafka, wait, options.login ?? groupLogin(kafka));
}
