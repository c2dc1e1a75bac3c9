import type { Context } from "../../scripts/command.ts";

/** Says nothing and is never aborted. */
export const silentReporter: Context = {
  progress: () => undefined,
  warn: () => undefined,
  signal: new AbortController().signal,
  ready: () => undefined,
};
