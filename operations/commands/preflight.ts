import { z } from "zod";
import { defineStandaloneCommand } from "../../scripts/command.ts";
import { preflight, type Preflight } from "../preflight/run.ts";
import { regionsOf } from "../../stacks/settings.ts";
import { openStack } from "../stack/open.ts";

/**
 * Read-only: it changes nothing on AWS, in state or on disk, and may be run as often as one likes. A standby is
 * asked for as on the day, also while it is a pilot light: what is missing then has to be there before.
 */
export default defineStandaloneCommand({
  name: "preflight",
  summary:
    "Asks AWS, in every region of a stack, whether the stack could be made as its settings say; exit 1 when not",
  params: z.object({}),
  async run(stack, _params, { progress }): Promise<Preflight> {
    const own = await openStack(stack);
    const { settings } = own;
    const open =
      settings.role === "standby" && settings.mode === "pilot-light"
        ? await openStack(stack, { instead: { mode: "failover" } })
        : own;
    progress(
      `${open.asked.length} resources are asked for; asking ${regionsOf(settings).join(" and ")}`,
    );
    return preflight(open);
  },
  exitCode: ({ red }) => (red === 0 ? 0 : 1),
});
