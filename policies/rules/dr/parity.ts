import { z } from "zod";
import { clickHouses, ensembles } from "../../model/platform.ts";
import type { Stack } from "../../model/stack.ts";
import { defineRule, failIf, notApplicable, undecided, type Verdict } from "../../rule.ts";
import { aws } from "../../types.ts";

/** Kinds of stores that a platform may consist of. */
const classes: Readonly<Record<string, (stack: Stack) => boolean>> = {
  database: (stack) => stack.of(aws.dbInstance, aws.dbCluster).length > 0,
  kafka: (stack) => stack.of(aws.mskCluster, aws.mskServerless).length > 0,
  clickhouse: (stack) => clickHouses(stack).length > 0,
  zookeeper: (stack) => ensembles(stack).length > 0,
  bucket: (stack) => stack.of(aws.bucket).length > 0,
  key: (stack) => stack.of(aws.kmsKey, aws.kmsReplica).length > 0,
  secret: (stack) => stack.of(aws.secret).length > 0,
};

export default defineRule({
  id: "dr-parity",
  severity: "high",
  title: "Whatever the primary stores, the standby has a place for",
  remediation:
    "Add the missing kind of store to the standby's program, or except it when it is brought back in another way.",
  covers: ["DR-26"],
  url: "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/rel_planning_for_recovery_config_drift.html",
  config: z.strictObject({
    except: z
      .array(z.enum(["database", "kafka", "clickhouse", "zookeeper", "bucket", "key", "secret"]))
      .default([])
      .describe("Kinds that need no counterpart"),
  }),
  check: ({ stack, config }) => {
    if (stack.role !== "primary") {
      return [{ outcome: notApplicable("asked of the primary only (objectives.role)") }];
    }
    const present = Object.entries(classes).filter(
      ([name, has]) => has(stack) && !config.except.some((each) => each === name),
    );
    if (present.length === 0) return [{ outcome: notApplicable("the stack stores nothing") }];
    const standbys = stack.peers.filter(({ role }) => role !== "primary");
    if (standbys.length === 0) {
      return [{ outcome: undecided("the standby's state is not given (--peer FILE)") }];
    }
    const names = standbys.map(({ name }) => name).join(", ");
    return present.map(([name, has]): Verdict => ({
      outcome: failIf(
        !standbys.some(has),
        `${stack.name} has a ${name}, ${names} has none: add it to the standby, or except it`,
      ),
    }));
  },
});
