import type { z } from "zod";
import type { RowWork } from "../backup/lock.ts";
import type { announcements } from "../status/announcements.ts";
import type { IngestState } from "./ingest.ts";

/** What is known when ClickHouse does not consume. */
export interface KeepFacts {
  /** In force; the fence was asked before. */
  readonly epoch: number;
  readonly state: IngestState;
  /** What `attach` or `detach` last asked for; undefined: neither ran in this line. */
  readonly wanted: z.infer<(typeof announcements)["ingest"]> | undefined;
  /** Who has the lock of stored rows, or died with it; undefined: nobody. */
  readonly lock: { readonly what: RowWork; readonly since: string } | undefined;
  /** Whether this epoch's login may use the consumer group. */
  readonly mayConsume: boolean;
}

export interface KeepDecision {
  readonly attach: boolean;
  /** One sentence, for people. */
  readonly because: string;
}

/**
 * Whether to start ingest again. Only what is known to be wanted is started: a restore is not done before its
 * own `attach`, and whoever stopped ingest may be in the middle of something.
 */
export function decideKeep(facts: KeepFacts): KeepDecision {
  const { epoch, state, wanted, lock, mayConsume } = facts;
  if (state === "running") return leave("it consumes");
  if (wanted === undefined) return leave("ingest was never attached here: `attach` starts it");
  if (wanted.epoch !== epoch) {
    return leave(
      `ingest was ${wanted.wanted} in epoch ${wanted.epoch}, and not yet in epoch ${epoch}: a recovery attaches ` +
        "it when everything before is done",
    );
  }
  if (wanted.wanted === "detached") {
    return leave(`ingest was detached on purpose at ${wanted.time}: \`attach\` starts it again`);
  }
  if (lock !== undefined && lock.what !== "attach") return leave(whoHolds(lock));
  if (!mayConsume) {
    return leave(
      "this epoch's login may not use the consumer group: the lease keeper has stopped this side, as another " +
        "one may take over. `attach` (or `pulumi up`) starts it again, and asks the fence",
    );
  }
  return {
    attach: true,
    because: "ClickHouse came back without its streaming tables: consuming again",
  };
}

function leave(because: string): KeepDecision {
  return { attach: false, because };
}

function whoHolds({ what, since }: NonNullable<KeepFacts["lock"]>): string {
  if (what === "backup") {
    return `a backup of ${since} has stopped ingest: it, or the next one, starts it again`;
  }
  return `a move of events of ${since} has stopped ingest: it starts it again, or is to be run again`;
}
