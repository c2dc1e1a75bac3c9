import type { Rule } from "../../rule.ts";
import archiveWithinRpo from "./archive-within-rpo.ts";
import kafkaDisk from "./kafka-disk.ts";
import kafkaOutlivesRestore from "./kafka-outlives-restore.ts";
import kafkaTopicBytes from "./kafka-topic-bytes.ts";
import lockCoversChain from "./lock-covers-chain.ts";
import restoreWithinRto from "./restore-within-rto.ts";
import windowCovered from "./window-covered.ts";

export const rules: readonly Rule[] = [
  archiveWithinRpo,
  kafkaDisk,
  kafkaOutlivesRestore,
  kafkaTopicBytes,
  lockCoversChain,
  restoreWithinRto,
  windowCovered,
];
