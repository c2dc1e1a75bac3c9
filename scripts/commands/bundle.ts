import { join } from "node:path";
import { z } from "zod";
import { makeBundle, type Bundle } from "../bundle/bundle.ts";
import { projectRoot } from "../cli/pulumi.ts";
import { defineStandaloneCommand } from "../command.ts";

export default defineStandaloneCommand({
  name: "bundle",
  summary: "Packs these commands and their packages into one file, for Jobs in a cluster",
  params: z.object({
    folder: z
      .string()
      .default(join(projectRoot, ".cache/bundle"))
      .describe("where the file goes, named by its checksum"),
  }),
  run: (_stack, { folder }): Promise<Bundle> => Promise.resolve(makeBundle(projectRoot, folder)),
});
