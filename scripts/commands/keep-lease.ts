import { z } from "zod";
import { defineCommand } from "../command.ts";
import { requireParts } from "../connection.ts";
import { systemClock } from "../fence/clock.ts";
import { withControl } from "../fence/control.ts";
import { keepLease } from "../fence/keeper.ts";
import { Side } from "../fence/side.ts";

const params = z
  .object({
    renewSeconds: z.number().positive().default(3).describe("time between renewals"),
    canarySeconds: z
      .number()
      .positive()
      .default(9)
      .describe("time between events of its own that must arrive in ClickHouse"),
    arrivalSeconds: z
      .number()
      .positive()
      .default(60)
      .describe(
        "how long such an event may be on its way: a backup's pause, a restart of ClickHouse",
      ),
    ttlSeconds: z
      .number()
      .positive()
      .default(15)
      .describe("T: without a renewal for so long this side stops consuming"),
  })
  .refine(({ renewSeconds, ttlSeconds }) => ttlSeconds >= 3 * renewSeconds, {
    message:
      "ttlSeconds must be at least three times renewSeconds: one lost request is no disaster",
  });

export default defineCommand({
  name: "keep-lease",
  summary: "Renews the lease while events arrive in ClickHouse; stops its own side when it cannot",
  params,
  daemon: true,
  async run(connection, settings, context): Promise<void> {
    const { control, kafka, clickhouse } = requireParts(connection, [
      "control",
      "kafka",
      "clickhouse",
    ]);
    const side = new Side(kafka, clickhouse, connection.postgres);
    try {
      await withControl(control, (store) => {
        context.ready();
        const { line, epoch, owner, stack, region } = connection;
        const me = { line, epoch, owner, stack, region, clusterId: kafka.clusterId };
        return keepLease(store, me, settings, side, systemClock, context, context.signal);
      });
    } finally {
      await side.close();
    }
  },
});
