import { join } from "node:path";
import { loadTools } from "../setup/tools.mjs";
import type { LocalRegion } from "../components/local/context.ts";
import { regionPorts } from "../components/local/ports.ts";
import type { Recoverable, Settings } from "./settings.ts";

/** One recovery in place of this stack's history. */
export interface PastRecovery {
  readonly engine: Recoverable;
  /** For example `r2-postgres`: folder suffix, resource names, part of the recovery id. */
  readonly label: string;
}

/** The stack's history with the label of each recovery, oldest first. */
export function history(settings: Settings): PastRecovery[] {
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

/**
 * A region of this machine: folder, ports, tools. The stack's own region has index 0 for a primary
 * and 1 for a standby; a primary's view of the standby's region has index 1.
 */
export function localRegion(
  settings: Settings,
  root: string,
  name: string,
  index: number,
  folder = name,
): LocalRegion {
  const past = history(settings);
  const count = (engine: Recoverable) => past.filter((each) => each.engine === engine).length;
  return {
    name,
    folder: join(settings.dataDir, folder),
    ports: regionPorts(settings.portBase, index, {
      zookeeper: count("zookeeper"),
      postgres: count("postgres"),
      clickhouse: count("clickhouse"),
    }),
    tools: loadTools(),
    root,
    ...(settings.failpoints === undefined ? {} : { failpoints: settings.failpoints }),
  };
}
