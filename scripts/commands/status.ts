import { z } from "zod";
import { pickChain } from "../backup/chains.ts";
import { defineCommand, UserError } from "../command.ts";
import { requireParts, type Connection } from "../connection.ts";
import { withControl } from "../fence/control.ts";
import { currentFence } from "../fence/epoch.ts";
import { readLease } from "../fence/lease.ts";
import { publicKeyOf } from "../ledger/sign.ts";
import { readAnnouncement } from "../status/announcements.ts";
import { checkEngines } from "../status/engines.ts";
import { isProtected, judge, type Check, type Facts } from "../status/judge.ts";
import { ObjectStore } from "../vault/s3.ts";

const hours = (n: number): number => n * 3600;

const params = z.object({
  proofSeconds: z
    .number()
    .positive()
    .default(hours(24))
    .describe("age from which the last proof does not count any more"),
  backupSeconds: z
    .number()
    .positive()
    .default(hours(26))
    .describe("age from which the last backup does not count any more"),
  lagSeconds: z
    .number()
    .positive()
    .default(60)
    .describe("how long events may wait for archive and replication"),
});

export interface StatusResult {
  readonly ok: boolean;
  /** What a loss at this moment would find: an archiver at work and a backup of this epoch. */
  readonly protection: "PROTECTED" | "UNPROTECTED";
  readonly stack: string;
  readonly checks: readonly Check[];
}

export default defineCommand({
  name: "status",
  summary: "Says whether the platform works and could be recovered; what is not known is red",
  params,
  async run(connection, limits): Promise<StatusResult> {
    requireParts(connection, ["control"]);
    const [engines, found] = await Promise.all([
      checkEngines(connection),
      factsOf(connection).catch((error: unknown) => {
        if (error instanceof UserError) return error;
        throw error;
      }),
    ]);
    const blind = found instanceof UserError;
    const protectedNow = !blind && isProtected(found, limits);
    const checks: Check[] = [
      ...engines,
      ...(blind
        ? [{ name: "control bucket", ok: false, detail: found.message }]
        : judge(found, limits)),
    ];
    return {
      ok: protectedNow && checks.every(({ ok }) => ok),
      protection: protectedNow ? "PROTECTED" : "UNPROTECTED",
      stack: connection.stack,
      checks,
    };
  },
  exitCode: ({ ok }) => (ok ? 0 : 1),
});

async function factsOf(connection: Connection): Promise<Facts> {
  const { control, line, stack, owner, epoch, role } = requireParts(connection, ["control"]);
  const backup = await newestBackup(connection);
  return withControl(control, async (store) => {
    const fence = await currentFence(store, line);
    return {
      now: Date.now(),
      stack,
      owner,
      epoch,
      line,
      replicates: role === "primary" && line === "main",
      fence,
      lease: await readLease(store, line, fence?.epoch ?? epoch),
      archiver: await readAnnouncement(store, line, "archiver"),
      replicator: await readAnnouncement(store, line, "replicator"),
      proof: await readAnnouncement(store, line, "proof"),
      backup,
    };
  });
}

/** The newest backup of this side's vault, and whether all that a restore of it reads is there. */
async function newestBackup({ vault, line, trust, signing }: Connection): Promise<Facts["backup"]> {
  if (vault === undefined) return undefined;
  const store = new ObjectStore(vault);
  try {
    const trusted = { ...trust, ...(signing === undefined ? {} : publicKeyOf(signing)) };
    const { chain, rejected } = await pickChain(store, vault, line, trusted, { deep: false });
    const tip = chain?.at(-1);
    const [passed] = rejected;
    return {
      id: tip?.id ?? null,
      epoch: tip?.epoch ?? null,
      createdAt: tip?.createdAt ?? null,
      ok: tip !== undefined && passed === undefined,
      problem: passed === undefined ? null : `backup ${passed.id}: ${passed.reason}`,
    };
  } finally {
    store.close();
  }
}
