import { z } from "zod";
import { defineCommand } from "../command.ts";
import { requireParts } from "../connection.ts";
import { systemClock } from "../fence/clock.ts";
import { withControl } from "../fence/control.ts";
import { gate, type GateResult } from "../fence/gate.ts";
import { defaultClockMarginSeconds } from "../fence/lease.ts";

const params = z.object({
  recoveryId: z.string().min(1).describe("the recovery that asks; a new one for a new recovery"),
  takeoverReason: z
    .string()
    .optional()
    .describe("take over although the holder may be alive, and why"),
  marginSeconds: z
    .number()
    .nonnegative()
    .default(defaultClockMarginSeconds)
    .describe("how far the regions' clocks may be apart"),
  observe: z.boolean().default(false).describe("write nothing (a guard in a preview)"),
});

export default defineCommand({
  name: "gate",
  summary: "Refuses a recovery while the primary's lease is alive; says the epoch it will take",
  params,
  async run(connection, options, reporter): Promise<GateResult> {
    const { control } = requireParts(connection, ["control"]);
    return withControl(control, (store) =>
      gate(
        store,
        connection,
        systemClock,
        {
          recoveryId: options.recoveryId,
          marginSeconds: options.marginSeconds,
          observe: options.observe,
          ...(options.takeoverReason === undefined
            ? {}
            : { takeoverReason: options.takeoverReason }),
        },
        (message) => {
          reporter.progress(message);
        },
      ),
    );
  },
});
