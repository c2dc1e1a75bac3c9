import { z } from "zod";
import { defineCommand, UserError } from "../command.ts";
import { requireParts } from "../connection.ts";
import { vaultSide } from "../s3-access.ts";
import { runReplicator } from "../replicate/replicator.ts";

export default defineCommand({
  name: "replicate",
  summary: "Copy new objects of the vault to the other region, late and out of order (daemon)",
  daemon: true,
  params: z.object({
    target: vaultSide.describe("the vault's side that is written to, with its login (JSON)"),
    minLagSeconds: z.number().nonnegative().default(1).describe("least seconds until an arrival"),
    maxLagSeconds: z.number().nonnegative().default(30).describe("most seconds until an arrival"),
    seed: z.int().default(1).describe("draws each object's lag"),
    pollSeconds: z.number().positive().default(0.5).describe("seconds between two listings"),
    concurrency: z.int().positive().default(4).describe("objects under way at once"),
    statusSeconds: z.number().positive().default(5).describe("seconds between status reports"),
  }),
  run: async (connection, params, context) => {
    const { vault, control } = requireParts(connection, ["vault", "control"]);
    const { target, ...options } = params;
    if (options.minLagSeconds > options.maxLagSeconds) {
      throw new UserError(
        `the least lag (${options.minLagSeconds} s) is larger than the most (${options.maxLagSeconds} s): ` +
          "exchange them.",
      );
    }
    return runReplicator(vault, target, control, { ...options, line: connection.line }, context);
  },
});
