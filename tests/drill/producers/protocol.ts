import type { Team } from "./events.ts";
import type { Pace } from "./pace.ts";

/** Where to send, from the stack's outputs. */
export interface KafkaTarget {
  readonly bootstrap: string;
  /** SASL_PLAINTEXT or PLAINTEXT (tests). */
  readonly securityProtocol: string;
  readonly username: string;
  readonly password: string;
  readonly clusterId: string;
  readonly topic: string;
}

export interface ProducerSettings {
  readonly name: string;
  readonly mode: "idempotent" | "transactional";
  readonly seed: string;
  readonly ackLog: string;
  /** Messages in one send or transaction. */
  readonly batch: number;
  /** Counters of the messages that are 1 MB. */
  readonly bigAt: readonly number[];
  /** @default 0.03 */
  readonly abortShare?: number;
}

/** From the drill to a producer. */
export type ToProducer =
  | { readonly type: "start"; readonly settings: ProducerSettings; readonly target: KafkaTarget }
  | { readonly type: "teams"; readonly teams: readonly Team[] }
  | { readonly type: "pace"; readonly pace: Pace }
  | { readonly type: "connect"; readonly target: KafkaTarget }
  | { readonly type: "stop" };

export interface ProducerCounts {
  readonly acknowledged: number;
  readonly aborted: number;
  readonly inDoubt: number;
  readonly poison: number;
  /** Milliseconds since 1970 of the newest acknowledgement; 0 before the first. */
  readonly lastAckAt: number;
  /** The newest valid event that was acknowledged. */
  readonly lastUuid: string;
  readonly rssBytes: number;
}

/** From a producer to the drill. */
export type FromProducer =
  | { readonly type: "counts"; readonly counts: ProducerCounts }
  | { readonly type: "trouble"; readonly message: string }
  | { readonly type: "stopped"; readonly counts: ProducerCounts };
