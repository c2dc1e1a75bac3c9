import type { Recoverable, Settings } from "./settings.ts";

/** One recovery in place of this stack's history. */
export interface PastRecovery {
  readonly engine: Recoverable;
  /** For example `r2-postgres`: folder suffix, resource names, part of the recovery id. */
  readonly label: string;
}

/** The stack's history with the label of each recovery, oldest first. */
export function history(settings: Pick<Settings, "recoveries">): PastRecovery[] {
  return settings.recoveries.map((engine, index) => ({
    engine,
    label: `r${String(index + 1)}-${engine}`,
  }));
}

/** The newest recovery in place of an engine, if it had any. */
export function newest(
  past: readonly PastRecovery[],
  engine: Recoverable,
): PastRecovery | undefined {
  return past.filter((each) => each.engine === engine).at(-1);
}
