import type { Reporter } from "../../scripts/command.ts";

/** Says nothing. */
export const silentReporter: Reporter = {
  progress: () => undefined,
  warn: () => undefined,
};
