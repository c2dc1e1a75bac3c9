import { join } from "node:path";
import { loadTools } from "../../setup/tools.mjs";
import type { LocalRegion } from "../../components/local/context.ts";
import { regionPorts } from "../../components/local/ports.ts";
import { history } from "../history.ts";
import type { LocalSettings, Recoverable } from "../settings.ts";

/**
 * A region of this machine: folder, ports, tools. The stack's own region has index 0 for a primary
 * and 1 for a standby; a primary's view of the standby's region has index 1.
 */
export function localRegion(
  settings: LocalSettings,
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
