import { z } from "zod";
import { defineCommand } from "../command.ts";
import { requireParts } from "../connection.ts";
import { withControl } from "../fence/control.ts";
import { moveControl, type MoveResult } from "../fence/move.ts";
import { controlBucket } from "../s3-access.ts";

export default defineCommand({
  name: "move-control",
  summary: "Takes fences and results of this stack's line into another region's control bucket",
  params: z.object({
    from: controlBucket.describe("control bucket that the line was in until now (JSON)"),
    observe: z
      .boolean()
      .default(false)
      .describe("only refuse where another stack holds the line (a guard in a preview)"),
  }),
  async run(connection, { from, observe }, reporter): Promise<MoveResult> {
    const { control } = requireParts(connection, ["control"]);
    const result = await withControl(from, (old) =>
      withControl(control, (store) => moveControl(old, store, connection, { observe })),
    );
    if (!observe) {
      reporter.progress(
        `epoch ${result.epoch}: ${result.copied} records copied, ${result.present} were there`,
      );
    }
    return result;
  },
});
