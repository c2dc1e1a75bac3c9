import { z } from "zod";
import { defineCommand } from "../command.ts";
import { requireParts } from "../connection.ts";
import { systemClock } from "../fence/clock.ts";
import { withControl } from "../fence/control.ts";
import { fence, type FenceResult } from "../fence/fence.ts";
import { brokerOf } from "../fence/kafka.ts";
import { defaultClockMarginSeconds } from "../fence/lease.ts";
import { picked as pickedLedger } from "../ledger/picked.ts";
import { isAws } from "../s3-access.ts";
import { ObjectStore } from "../vault/s3.ts";
import { lackingIn } from "../archive/arrived.ts";
import { fenceBuckets } from "../vault/epoch-deny-s3.ts";
import { revokeEpoch } from "../vault/users.ts";

const params = z.object({
  recoveryId: z.string().min(1).describe("the recovery that takes the epoch; the same one goes on"),
  kind: z
    .enum(["auto", "broker", "lease"])
    .default("auto")
    .describe("who keeps the old side out; auto: the broker when the old Kafka answers"),
  reason: z.string().min(1).default("recovery").describe("why, for the fence record"),
  takeoverReason: z
    .string()
    .optional()
    .describe("take over although the holder may be alive, and why"),
  acceptedLoss: z
    .string()
    .optional()
    .describe("take over without the events of a living holder that have not arrived, and why"),
  waitSeconds: z
    .number()
    .nonnegative()
    .default(1800)
    .describe("how long a living holder's events may take to arrive"),
  picked: pickedLedger.optional().describe("JSON: result of pick-ledger"),
  previousClusterId: z
    .string()
    .optional()
    .describe("Kafka cluster that the epoch before consumed, as the gate or the ledger says"),
  marginSeconds: z
    .number()
    .nonnegative()
    .default(defaultClockMarginSeconds)
    .describe("how far the regions' clocks may be apart"),
  skipBroker: z
    .boolean()
    .default(false)
    .describe("negative control of the drills: leave the old consumer alone"),
});

export default defineCommand({
  name: "fence",
  summary: "Takes the next epoch and makes sure that nobody of an earlier one consumes or writes",
  params,
  async run(connection, options, reporter): Promise<FenceResult> {
    const { control } = requireParts(connection, ["control"]);
    const { vault, kafka, line } = connection;
    const { takeoverReason, acceptedLoss, previousClusterId, picked, ...rest } = options;
    const archive = vault === undefined ? undefined : new ObjectStore(vault);
    return withControl(control, (store) =>
      fence(
        store,
        connection,
        {
          ...rest,
          ...(takeoverReason === undefined ? {} : { takeoverReason }),
          ...(acceptedLoss === undefined ? {} : { acceptedLoss }),
          ...(previousClusterId === undefined ? {} : { previousClusterId }),
        },
        {
          broker: kafka === undefined ? undefined : brokerOf(kafka),
          lacking:
            vault === undefined || archive === undefined
              ? undefined
              : lackingIn({
                  store: archive,
                  bucket: vault.archive,
                  line,
                  cuts: picked?.cuts ?? [],
                }),
          async revokeVaultWriters(epoch) {
            if (vault === undefined) {
              reporter.warn(`the vault logins of epoch ${epoch} stay: the connection has no vault`);
              return false;
            }
            // Roles of IAM are not the vault's to take away: its buckets refuse them.
            if (isAws(vault) || vault.credentials === "ambient")
              return fenceBuckets(vault, control, line, epoch + 1);
            return (await revokeEpoch(vault, control, line, epoch)).revoked.length > 0;
          },
        },
        systemClock,
        reporter,
      ),
    ).finally(() => archive?.close());
  },
});
