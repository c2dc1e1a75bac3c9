import { setTimeout as sleep } from "node:timers/promises";
import type { KafkaConnection } from "../connection.ts";
import { revokeAll, revokeGroup } from "../kafka/acls.ts";
import { attackByAssign, attackByGroup } from "../kafka/attack.ts";
import { clusterId } from "../kafka/cluster.ts";
import { adminLogin } from "../kafka/client.ts";
import { groupState } from "../kafka/groups.ts";
import type { BrokerActions } from "./broker.ts";

/** How long a region may take to answer before it counts as gone. */
const answerWithinSeconds = 20;

/** The fence's hands in a real Kafka. */
export function brokerOf(kafka: KafkaConnection): BrokerActions {
  return {
    async answers() {
      const silence = sleep(answerWithinSeconds * 1000, undefined, { ref: false });
      const found = await Promise.race([clusterId(kafka).catch(() => undefined), silence]);
      return found !== undefined && (kafka.clusterId === "" || found === kafka.clusterId);
    },
    revokeGroup: (login) => revokeGroup(kafka, login.name),
    groupIsEmpty: async () => (await groupState(kafka, adminLogin(kafka))).empty,
    revokeAll: (login) => revokeAll(kafka, login.name),
    attack: (login, how) =>
      how === "group" ? attackByGroup(kafka, login) : attackByAssign(kafka, login),
  };
}
