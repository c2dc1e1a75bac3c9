import { z } from "zod";
import { isEnough, lookAtCopy, type CopyState } from "../backup/copy.ts";
import { defineCommand } from "../command.ts";
import { requireParts } from "../connection.ts";
import { vaultSide } from "../s3-access.ts";
import { ObjectStore } from "../vault/s3.ts";
import { systemClock } from "../fence/clock.ts";

export interface VerifyCopyResult extends CopyState {
  readonly ok: boolean;
}

export default defineCommand({
  name: "verify-copy",
  summary:
    "Wait until the vault's copy in another region is enough to recover from; exit 1 when it is not",
  params: z.object({
    copy: vaultSide.describe("the vault's side in the other region (JSON)"),
    waitSeconds: z
      .number()
      .nonnegative()
      .default(3600)
      .describe("how long replication may take; 0: look once"),
    everySeconds: z.number().positive().default(15).describe("seconds between two looks"),
  }),
  async run(connection, { copy, waitSeconds, everySeconds }, context): Promise<VerifyCopyResult> {
    const { vault, line, epoch, trust } = requireParts(connection, ["vault"]);
    const near = { store: new ObjectStore(vault), side: vault };
    const far = { store: new ObjectStore(copy), side: copy };
    const known = new Set<string>();
    const until = systemClock.monotonic() + waitSeconds * 1000;
    try {
      for (;;) {
        const state = await lookAtCopy(near, far, { line, epoch, trust }, known);
        const ok = isEnough(state);
        if (ok || context.signal.aborted || systemClock.monotonic() >= until) {
          return { ok, ...state };
        }
        context.progress(waitingFor(state));
        await systemClock.sleep(everySeconds * 1000, context.signal);
      }
    } finally {
      near.store.close();
      far.store.close();
    }
  },
  exitCode: ({ ok }) => (ok ? 0 : 1),
});

function waitingFor({ ledger, rejected, uncovered, archived }: CopyState): string {
  if (ledger === null) {
    const [newest] = rejected;
    return newest === undefined
      ? "the copy has no backup of this epoch yet"
      : `backup ${newest.id} has not arrived: ${newest.reason}`;
  }
  return (
    `backup ${ledger} and ${archived} archived objects have arrived; ${uncovered.length} or more that have not ` +
    `hold later events, for example ${uncovered[0] ?? "none"}`
  );
}
